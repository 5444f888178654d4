"""How the firm pays: plan files, genealogy, volumes, ranks, bonuses, settlement."""
