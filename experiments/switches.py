"""From a validated configuration to the switches the theory knows; loads no talks."""

from experiments.config import Config
from experiments.ensembles import ensemble_kind
from experiments.negotiators import seat_of
from experiments.sections import VISITS
from sim.case import Case
from sim.settings import Calendar, MediatorManner, Settings, Voice


def settings_of(config: Config, case: Case) -> Settings:
    """Translate a validated configuration into the switches the theory knows."""
    p, m, r = config.protocol, config.mediator, config.response
    return Settings(
        ensemble=ensemble_kind(config, case),
        consent=config.consent,
        enforcement_value=config.enforcement_value,
        red_lines=config.red_lines,
        late_options=config.late_options,
        learning=config.learning,
        war_delta=config.war.delta,
        war_cost_scale=dict(config.war.cost_scale),
        fixed=dict(config.fix),
        calendar=Calendar(
            horizon_weeks=p.horizon_weeks,
            days_between=p.days_between,
            leader_every_weeks=p.leader_every_weeks,
            edits_expert=p.edits_expert,
            edits_leader=p.edits_leader,
            hot_points=p.hot_points,
            record=p.record,
            visit_order=tuple(p.visit_order),
            mediator_exit_per_week=p.mediator_exit_per_week,
        ),
        mediator=MediatorManner(
            rule=m.rule,
            visits=VISITS[m.visits],
            renews=m.renews,
            weight_accept=m.weight_accept,
            speed=m.speed,
            bias=dict(m.bias),
            relay_bias=m.relay_bias,
            deadline_days=m.deadline_days,
            exit_after_deadline=m.exit_after_deadline,
            reward=m.reward,
        ),
        response=Voice(r.stance_days, r.asks, r.counter_edits, r.trade, r.devaluation),
        seats={party: seat_of(config.negotiator(party)) for party in case.parties},
    )
