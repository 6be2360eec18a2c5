"""What walks need for secrets and tokens from elsewhere, as a worker has it."""

from frontdesk.flows.foreign_secrets import ForeignSecrets
from frontdesk.flows.foreign_tokens import ForeignTokens
from frontdesk.runtime.foreign_secrets import SlowChecks
from frontdesk.testing.story import Story


def foreign_secrets(story: Story) -> ForeignSecrets:
    """Checks hashes made elsewhere."""
    house = story.house
    return ForeignSecrets(
        store=house.store,
        clock=story.clock,
        mint=house.mint,
        witness=house.witness,
        hashes=SlowChecks(),
        pairs=house.pairs,
    )


def foreign_tokens(story: Story) -> ForeignTokens:
    """Finds grants by tokens issued elsewhere."""
    return ForeignTokens(store=story.house.store, mint=story.house.mint, witness=story.house.witness)
