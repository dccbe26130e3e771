"""What every flow stands on: the ports, links, reviews, the log of acts,
and what is read of money that is held."""
