"""What ``payment-hub plugins check`` runs: the conformance kit on a plugin, its countries, and the hub's own books."""
