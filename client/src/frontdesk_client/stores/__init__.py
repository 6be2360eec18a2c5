"""Where tokens are kept between two calls, and between two runs."""
