import { community } from './community.ts'

/** England, and families long settled there. */
export const english = community('english', 60, {
  female: `Olivia, Amelia, Isla, Ava, Lily, Freya, Florence, Willow, Rosie, Elsie, Poppy, Evie, Daisy, Phoebe, Matilda, Harriet, Martha, Ellie-Mae,
    Lily-Rose, Ottilie, Beatrice, Maisie, Imogen, Edith, Ivy, Grace, Ruby, Sienna, Eleanor, Bonnie, Emilia, Chloë, Zoë, Annabel, Hallie, Ada,
    Clara, Esme, Esmé, Robyn, Lottie, Nancy, Penelope, Tabitha, Verity, Winifred, Georgia, Holly, Jessica, Summer, Paige, Amber, Tilly, Orla-Rae`,
  male: `Oliver, George, Arthur, Noah, Leo, Oscar, Harry, Archie, Jack, Henry, Charlie, Freddie, Theodore, Alfie, Thomas, Finley, Albie, Jude, Rory,
    Reuben, Ezra, Toby, Stanley, Jasper, Frankie, Ralph, Hugo, Sonny, Louie, Jaxon, Tommy-Lee, Alfie-Jay, Barnaby, Rowan, Kit, Max, Sam, Ben, Joe,
    Wilfred, Percy, Otis, Bertie, Callum, Luke, Nathan, Dylan, Tyler, Kai, Brody, Elliot, Miles, Felix, Edward, Jacob, Zac`,
  surnames: `Smith, Taylor, Brown, Wilson, Johnson, Walker, White, Green, Hall, Wood, Clarke, Turner, Hill, Cooper, Ward, Harrison, Baker, Fletcher,
    Bennett, Shaw, Holmes, Palmer, Barker, Pearce, Ashworth, Braithwaite, Hardcastle, Thistlethwaite, Longbottom, Sidebotham, Winterbourne, Pemberton,
    Featherstone, Ramsbottom, Blackwood, Penrose, Trevithick, Nancarrow, Postlethwaite, Satterthwaite, Cholmondeley, St John, St Clair, de Vere,
    Smith-Jones, Carter-Reid, Hartley-Brewster, Fox, Kay, Lee, Day, May, Ley, Rix, Tew, Orme, Hoyle, Sugden, Dyson, Crowther, Entwistle, Duckworth,
    Bagshaw, Fairweather, Goodfellow, Merryweather, Hathersage, Wragg, Cribb, Pott, O’Neill-Ward, D’Arcy, Blythe, Quick, Swann, Kettlewell`,
})

/** Caribbean families, often for three generations in Britain. */
export const caribbean = community('caribbean', 2, {
  female: `Shanelle, Aaliyah, Tiana, Kezia, Renée, Amaya, Naomi, Jada, Kiara, Simone, Zaria, Monique, Leanne, Tamika, Chantelle, Destiny, Nevaeh, Anaïs`,
  male: `Jermaine, Malachi, Tyrell, Romario, Isaiah, Xavier, Marlon, Deshawn, Kymani, Andre, Dwayne, Micah, Elijah, Kieron, Jaden, Zion, Curtis, Leroy`,
  surnames: `Campbell, Francis, Grant, Bailey, Gordon, Beckford, Thompson-Grant, Blackwood, Pinnock, Brathwaite, Alleyne, St Louis, Baptiste, Joseph,
    Clarke-Bailey, Lewin, McKenzie, Whyte, Gayle, Headley, Samuels, Désir, Charlery, Joseph-Pierre, Skeete, Farquharson`,
})

/** Wales. */
export const welsh = community('welsh', 3, {
  female: `Siân, Angharad, Ffion, Cerys, Eleri, Carys, Nia, Mali, Lowri, Gwenllian, Heledd, Efa, Tegan, Rhiannon, Myfanwy, Beca, Cadi, Elin, Seren,
    Bronwen, Llinos, Non, Gwen, Catrin, Mabli, Nel, Alys, Mari`,
  male: `Llŷr, Rhys, Dafydd, Iwan, Owain, Gethin, Macsen, Osian, Ifan, Gruffydd, Llywelyn, Emyr, Ieuan, Steffan, Tomos, Harri, Idris, Cai, Guto, Siôn,
    Huw, Aneurin, Caradog, Deiniol, Ynyr, Ioan, Twm, Gwilym`,
  surnames: `Jones, Davies, Williams, Evans, Thomas, Roberts, Lewis, Hughes, Morgan, Griffiths, Edwards, Owen, Llewellyn, Prydderch, Pugh, Bevan,
    ap Gwilym/ferch Gwilym, ab Owain/ferch Owain, Glyndŵr, Bowen, Rhydderch, Penri, Gwynne, Vaughan, Cadwaladr, Wyn-Jones, Parry, Trahaearn, Prys`,
})

/** Scotland. */
export const scottish = community('scottish', 2.5, {
  female: `Ailsa, Catriona, Mairi, Eilidh, Iona, Skye, Morag, Kirsty, Fiona, Isobel, Una, Marsaili, Seonaid, Beathag, Mòrag, Sìne, Ealasaid, Rhona`,
  male: `Fergus, Hamish, Alasdair, Euan, Angus, Lachlan, Struan, Innes, Murdo, Torquil, Ruaridh, Gregor, Calum, Iain, Finlay, Ùisdean, Seòras, Mungo`,
  surnames: `MacDonald, Mackenzie, McAllister, Stewart, Fraser, Sinclair, Drummond, MacGillivray, Urquhart, Menzies, Dalziel, Colquhoun, Farquhar, Buchanan,
    MacLeòid/NicLeòid, MacAonghais/NicAonghais, Kirkpatrick, Auchterlonie, Strachan, Dunlop, Baird, Geddes, MacIlwraith, Ross, Orr`,
})

/** Ireland, with names in Irish. */
export const irish = community('irish', 3, {
  female: `Caoimhe, Aoife, Saoirse, Niamh, Róisín, Sadhbh, Clodagh, Gráinne, Orlaith, Siobhán, Bríd, Fionnuala, Áine, Éabha, Muireann, Ciara, Cliodhna,
    Sorcha, Eimear, Bláthnaid, Étaín, Dearbhla`,
  male: `Oisín, Cillian, Fionn, Tadhg, Darragh, Conor, Eoin, Pádraig, Ruairí, Cormac, Seán, Diarmuid, Lorcán, Naoise, Odhrán, Senan, Ciarán, Colm,
    Fiachra, Iarlaith, Aodh, Daithí`,
  surnames: `O’Sullivan, O'Connor, O'Brien, Murphy, Byrne, McCarthy, Gallagher, Doyle, O’Shaughnessy, McLoughlin, Fitzgerald, Breathnach,
    Mac Giolla Íosa/Nic Giolla Íosa, Ó Súilleabháin/Ní Shúilleabháin, Ó Dónaill/Ní Dhónaill, Mac an tSaoir/Nic an tSaoir, Ó hUallacháin/Ní Uallacháin,
    Mac Cárthaigh/Nic Cárthaigh, Ó Cinnéide/Ní Chinnéide, Mulcahy, Tierney, Geraghty, Kinsella, McGillicuddy, O'Dea, Quinn-O’Hara, Devlin, Roche, Daly`,
})
