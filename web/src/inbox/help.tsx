/** The help sheet of the keyboard, and whether it is heard at all (WCAG 2.1.4). */
import { createModal } from '@codegouvfr/react-dsfr/Modal';
import { ToggleSwitch } from '@codegouvfr/react-dsfr/ToggleSwitch';
import { useState } from 'react';
import { inBoth, useWords } from '../words/words';
import { type Command, commands } from './keys';

const w = inBoth({
  fr: {
    title: 'Raccourcis clavier',
    on: 'Raccourcis d’une seule touche',
    hint: 'À désactiver si vous dictez au clavier ou si une touche part toute seule. Retenu sur ce navigateur.',
    afterwards: 'puis',
    does: {
      next: 'Tâche suivante',
      previous: 'Tâche précédente',
      open: 'Ouvrir la tâche',
      select: 'Sélectionner la tâche ou non',
      claim: 'Prendre la tâche, ou la rendre',
      search: 'Chercher un jeune',
      me: 'Mes tâches',
      unassigned: 'Tâches à prendre',
      team: 'Tâches de l’équipe',
      help: 'Cette aide',
    },
    range: 'Maj + clic sur une case : sélectionner toutes les tâches depuis la dernière case cochée.',
    key: 'Touche',
    what: 'Ce qu’elle fait',
  },
  en: {
    title: 'Keyboard shortcuts',
    on: 'Single-key shortcuts',
    hint: 'Switch them off if you dictate, or if keys are pressed by accident. Kept in this browser.',
    afterwards: 'then',
    does: {
      next: 'Next task',
      previous: 'Previous task',
      open: 'Open the task',
      select: 'Select the task or not',
      claim: 'Take the task, or give it back',
      search: 'Look for a young person',
      me: 'My tasks',
      unassigned: 'Free tasks',
      team: 'The team’s tasks',
      help: 'This help',
    },
    range: 'Shift + click on a box: select all tasks since the box that was ticked last.',
    key: 'Key',
    what: 'What it does',
  },
});

export const help = createModal({ id: 'keyboard-help', isOpenedByDefault: false });

const kept = 'keyboard-shortcuts';
function stored(): boolean {
  try {
    return localStorage.getItem(kept) !== 'off';
  } catch {
    // A browser that keeps nothing: as everybody begins.
    return true;
  }
}

/** Whether single keys are heard. */
export function useShortcutsOn(): [boolean, (on: boolean) => void] {
  const [isOn, setOn] = useState(stored);
  return [
    isOn,
    (on) => {
      setOn(on);
      try {
        localStorage.setItem(kept, on ? 'on' : 'off');
      } catch {
        // It holds until the page is left.
      }
    },
  ];
}

interface Props {
  readonly isOn: boolean;
  readonly setOn: (on: boolean) => void;
  readonly without: readonly Command[];
}

export function Help({ isOn, setOn, without }: Props) {
  const words = useWords(w);
  return (
    <help.Component title={words.title}>
      <ToggleSwitch
        label={words.on}
        helperText={words.hint}
        checked={isOn}
        onChange={setOn}
        showCheckedHint={false}
        inputTitle={words.on}
      />
      <table className="inbox__keys">
        <caption className="fr-sr-only">{words.title}</caption>
        <thead>
          <tr>
            <th scope="col">{words.key}</th>
            <th scope="col">{words.what}</th>
          </tr>
        </thead>
        <tbody>
          {(Object.entries(commands) as [Command, readonly string[]][])
            .filter(([command]) => !without.includes(command))
            .map(([command, keys]) => (
              <tr key={command}>
                <td>
                  {keys.map((key, n) => (
                    <span key={key}>
                      {n > 0 && ` ${words.afterwards} `}
                      <kbd>{key}</kbd>
                    </span>
                  ))}
                </td>
                <td>{words.does[command]}</td>
              </tr>
            ))}
        </tbody>
      </table>
      <p className="fr-mt-2w">{words.range}</p>
    </help.Component>
  );
}
