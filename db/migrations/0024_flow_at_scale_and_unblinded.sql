-- Flow and durations: plans that hold at any size, and the arms of the curves for the national committee once all is unblinded.

-- What a timeline told is counted by joins of which PostgreSQL cannot guess the size (the last event of each pathway, the
-- first contract): it took ten rows for what were forty thousand, and asked one by one for minutes. Joined by hash, a few
-- rows cost the same, and 100,000 pathways half a second.
alter function steering_funnel(timestamptz, timestamptz, text) set enable_nestloop = off;
alter function steering_stays(timestamptz, timestamptz, text) set enable_nestloop = off;

-- SECURITY DEFINER as before. The programme's unblinding opens the arms to who is masked over all sites together; one of a
-- wave opens that wave's flow alone.
create or replace function steering_times(of_what text, as_of timestamptz, known_at timestamptz, of_site text)
  returns table (site_id text, arm text, days integer, since integer, ended text, young_people integer)
  language plpgsql stable security definer
  set search_path = public, pg_temp
  set plan_cache_mode = force_custom_plan
  set enable_nestloop = off
  as $$
  declare
    chosen uuid[] := steering_pathways(of_site);
    -- Who is not told of arms has them not looked up.
    arms boolean := coalesce(app_role() = 'evaluator' or (app_role() = 'national_committee'
      and exists (select from unblindings u where u.wave is null)), false);
  begin
    if of_what = 'contract' then
      return query
        select p.site_id, a.told, t.days, t.since, t.ended, count(*)::integer
        from times_to_contract(as_of, known_at, chosen) t join pathways p on p.id = t.pathway_id
        left join facts_at('arm', as_of, known_at, chosen) a on arms and a.pathway_id = t.pathway_id
        group by 1, 2, 3, 4, 5;
    else
      return query
        select p.site_id, a.told, t.days, t.since, t.ended, count(*)::integer
        from times_to_termination(as_of, known_at, chosen) t join pathways p on p.id = t.pathway_id
        left join facts_at('arm', as_of, known_at, chosen) a on arms and a.pathway_id = t.pathway_id
        group by 1, 2, 3, 4, 5;
    end if;
  end $$;
