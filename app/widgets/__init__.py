"""Small widgets that know no feature: they display what they are given and say what the person did."""
