"""ONVO Pay (Costa Rica): so far its simulator alone, in ``hub_onvo.simulator``; no hook is implemented yet."""
