"""What a plugin's author needs to prove a plugin: the conformance kit and the simulator's stage."""
