-- States as at any instant, as in 0014: before the draw and in the usual service a young person is in, and in no step.

create or replace function states_at(as_of timestamptz, known_at timestamptz, of_pathways uuid[])
  returns table (pathway_id uuid, site_id text, entered_at timestamptz, step text, step_entered_at timestamptz,
    status text, exit_code text, exited_at timestamptz, hold_until text, arm text, referent_id text, contract_id text,
    mediation_id text, last_contact_at timestamptz, unreachable boolean, overdue boolean)
  language sql stable
  as $$
    select p.id, p.site_id, entry.occurred_at, step.told, step.occurred_at, state.status,
      case when state.status in ('exited', 'closed') then exit.told end,
      case when state.status in ('exited', 'closed') then exit.occurred_at end,
      case when state.status = 'on_hold' then hold.told end,
      arm.told, referent.told, contract.contract_id, mediation.told, contact.occurred_at,
      state.status in ('active', 'on_hold')
        and coalesce(silence.occurred_at > coalesce(contact.occurred_at, '-infinity'), false),
      state.status = 'active' and overdue.pathway_id is not null
    from pathways p
    join facts_at('entry', as_of, known_at, of_pathways) entry on entry.pathway_id = p.id
    left join facts_at('step', as_of, known_at, of_pathways) step on step.pathway_id = p.id
    -- Whatever came last of it counts, also when it was undone after `as_of`.
    left join facts_at('exit', 'infinity', known_at, of_pathways) exit on exit.pathway_id = p.id
    left join facts_at('closed', as_of, known_at, of_pathways) closed on closed.pathway_id = p.id
    left join facts_at('hold', as_of, known_at, of_pathways) hold on hold.pathway_id = p.id
    left join facts_at('mediation', as_of, known_at, of_pathways) mediation on mediation.pathway_id = p.id
    left join facts_at('referent', as_of, known_at, of_pathways) referent on referent.pathway_id = p.id
    left join contracts_at(as_of, known_at, of_pathways) contract on contract.pathway_id = p.id
    left join facts_at('arm', as_of, known_at, of_pathways) arm on arm.pathway_id = p.id
    left join latest_at('contact', as_of, known_at, of_pathways) contact on contact.pathway_id = p.id
    left join latest_at('silence', as_of, known_at, of_pathways) silence on silence.pathway_id = p.id
    left join overdue_at(as_of, known_at, of_pathways) overdue on overdue.pathway_id = p.id
    cross join lateral (
      select case
        when closed.pathway_id is not null then 'closed'
        when exit.told is not null and exit.occurred_at <= as_of then 'exited'
        when arm.told = 'standard' then 'usual_service'
        -- In no step, and not taken over as it ran: who awaited a draw has an arm since, or has not been in a step.
        when arm.told is null and step.told is null and (p.arm is not null or p.step is null) then 'awaiting_draw'
        when hold.told is not null then 'on_hold'
        else 'active' end as status
    ) state
  $$;
