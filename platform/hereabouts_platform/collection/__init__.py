"""Which days rounds are run on, and which bins come along: what waiting costs against what going costs. Pure."""
