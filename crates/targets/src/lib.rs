//! Where rows go, one folder a target.
