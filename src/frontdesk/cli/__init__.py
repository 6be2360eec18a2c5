"""What a person types: `frontdesk …`. Starts things and prints; decides nothing."""
