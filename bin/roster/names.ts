/** Names to make up people, streets and companies of: common French ones, put together by chance. */

export const girls =
  `Aïcha Agathe Alice Alicia Alix Amandine Ambre Amélie Aminata Anaïs Anna Anne-Laure Apolline Assia Audrey
Camille Candice Capucine Carla Célia Charlotte Chloé Clara Clémence Coline Coralie Élise Élodie Éloïse Emma Enora Ève
Fanny Fatoumata Flavie Flora Gaëlle Garance Hélène Inès Jade Jeanne Julie Justine Kenza Laura Léa Leïla Léna Lila
Lina Lisa Lola Loreleï Louise Lucie Maëlle Maëlys Manon Margaux Marie Marie-Lou Marion Marwa Mathilde Mélina
Mélissa Myriam Naïma Nina Noémie Océane Ophélie Pauline Romane Rose Salomé Sarah Solène Yasmine Zoé`.split(
    /\s+/,
  );

export const boys =
  `Aaron Abdoulaye Adam Adrien Alexandre Alexis Amine Antoine Anthony Antonin Arthur Aurélien Axel Baptiste
Bastien Benjamin Bilal Bryan Cédric Clément Corentin Damien Dorian Dylan Élias Élie Enzo Erwan Ethan Étienne Evan
Félix Florian François Gabin Gabriel Gaëtan Gaspard Hugo Ibrahim Ilyès Jean-Baptiste Jérémy Jordan Jules Julien Kévin
Kylian Léo Loïc Louis Lucas Maël Malo Mamadou Marius Matéo Mathéo Mathis Mathys Maxence Maxime Mehdi Mickaël Moussa
Nathan Nicolas Noah Nolan Pierre-Louis Quentin Rayan Rémi Robin Romain Sacha Samuel Simon Sofiane Théo Thibault
Thomas Timéo Titouan Tom Tristan Valentin Victor Yanis Youssef`.split(/\s+/);

/** First names of the generation of parents and apprenticeship masters. */
export const elders =
  `Agnès Alain Béatrice Bruno Caroline Catherine Céline Christelle Christophe Corinne Cyrille David
Delphine Didier Éric Fabrice Farid Florence Franck Frédéric Gilles Hélène Hervé Isabelle Jean-Luc Jérôme Karim
Karine Laurence Laurent Nadia Nathalie Olivier Pascal Patricia Philippe Rachid Sandrine Sébastien Sophie Stéphane
Sylvie Thierry Valérie Véronique Virginie Xavier`.split(/\s+/);

export const surnames =
  `Adam, Allard, André, Arnaud, Aubert, Auger, Bailly, Barbier, Barre, Baudry, Benali, Benoît, Bernard, Berthelot,
Bertin, Besnard, Besson, Blanchard, Blondel, Bodin, Boucher, Boudet, Bouquet, Bourdon, Bourgeois, Boutin, Breton, Brunet,
Caillaud, Camara, Carpentier, Cellier, Chambon, Champion, Charpentier, Chauvin, Chevalier, Cissé, Clavel, Cordier, Cosson,
Coulon, Courtois, Cousin, Da Silva, Dallier, Daniel, David, De Oliveira, Delage, Delaunay, Deschamps, Desnoyers, Diallo,
Diarra, Dubois, Ducros, Dufour, Dumas, Dupré, Durand, Fabre, Faucher, Faure, Fernandes, Ferrand, Fleury, Fontaine,
Fouquet, Fournier, Gallet, Garnier, Gaudin, Gauthier, Gérard, Gilbert, Girard, Godard, Gomes, Granger, Grenier, Guérin,
Guillet, Guyot, Haddad, Hamel, Hardy, Hérault, Hubert, Huet, Imbert, Jacquet, Jolly, Jourdain, Kaya, Lacroix, Lafarge,
Lambert, Langlois, Laporte, Laval, Le Bihan, Le Goff, Leblanc, Leclerc, Lefèvre, Legrand, Lemaître, Léonard, Leroux,
L'Hermitte, Loiseau, Lopes, Maillard, Mallet, Marchand, Maréchal, Martin, Masson, Mathieu, Mercier, Meunier, Millet,
Monnier, Moreau, Morel, Morin, Moulin, N'Diaye, Navarro, Nguyen, Noël, Ollier, Papin, Pasquier, Pellerin, Perrin, Petit,
Picard, Pineau, Poirier, Poulain, Prévost, Renard, Ribeiro, Rivière, Robin, Rousseau, Roux, Royer, Sabatier, Saïdi,
Sauvage, Tessier, Texier, Thibault, Traoré, Vallet, Vasseur, Verdier, Vidal, Vincent, Yilmaz`
    .split(',')
    .map((name) => name.trim());

/** Invented, so that no address is anybody's. */
export const streets =
  `rue des Trois-Huppes, rue du Vieux-Compas, impasse de la Bobinette, allée des Sept-Grillons,
chemin de la Lanterne-Bleue, rue de l'Établi, place du Petit-Tamis, rue des Copeaux-Blonds, avenue du Coq-Sonneur,
rue de la Cigale-Muette, allée du Fil-à-Plomb, chemin des Neuf-Noisetiers, rue du Pétrin-d'Or, impasse du Merle-Rieur,
rue de la Truelle-Ronde, rue des Quatre-Ardoises, allée de l'Enclume-Douce, chemin du Moulin-Songeur,
rue du Sabot-Vert, rue de la Navette-Claire, place des Deux-Rabots, rue du Grand-Alambic, allée des Martinets-Gris,
chemin de la Brouette, rue de la Louche-Fêlée, boulevard des Onze-Clochettes`
    .split(',')
    .map((name) => name.trim());

/** The second half of a company's name. */
export const signs =
  `des Tilleuls, du Vieux Pont, de la Fontaine, du Beffroi, des Quatre Vents, de la Gare, du Lavoir, des Halles,
du Centre, du Donjon, de la Plaine, des Peupliers, du Gué, de la Croisée, du Belvédère, des Remparts, Aubriot et fils,
Castellin, Darvelle, Fauvelier, Gravoux, Jourlin, Lormandeau, Maugreval, Perchenet, Rovigneux, Sauterel, Tressanges,
Vaillerand, Verrolières`
    .split(',')
    .map((name) => name.trim());
