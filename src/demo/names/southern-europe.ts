import { community } from './community.ts'

export const portuguese = community('portuguese', 2, {
  female: `Beatriz, Inês, Leonor, Carolina, Mariana, Matilde, Constança, Íris, Conceição, Joana, Luísa, Benedita`,
  male: `João, Tomás, Gonçalo, Tiago, Duarte, Martim, Simão, Rúben, Vicente, Afonso, Estêvão, Caetano`,
  surnames: `Silva, Santos, Ferreira, Pereira, Gonçalves, Magalhães, Conceição, dos Reis, da Costa, Esteves, Simões, Guimarães, Quintã, Lourenço, Leitão, Brandão`,
}, { surnameRule: 'both', mothersKeepName: true })

export const spanish = community('spanish', 1, {
  female: `Lucía, Martina, Begoña, Inés, Alba, Ximena, Nerea, Itziar, Sofía, Rocío`,
  male: `Hugo, Álvaro, Íñigo, Mateo, Joaquín, Andrés, Raúl, Adrián, Ángel, Martín`,
  surnames: `García, Fernández, Muñoz, Ibáñez, Peña, Núñez, Castaño, Echevarría, Domínguez, Zúñiga, Cortés, de la Fuente, Gil, Paz`,
}, { surnameRule: 'both', mothersKeepName: true })

export const italian = community('italian', 0.8, {
  female: `Giulia, Chiara, Ginevra, Aurora, Noemi, Beatrice, Ludovica, Gaia`,
  male: `Lorenzo, Niccolò, Matteo, Gabriele, Riccardo, Tommaso, Davide, Nicolò`,
  surnames: `Bianchi, Esposito, D'Angelo, De Luca, Di Lorenzo, Dell'Acqua, Forte, Santarcangelo, Fabbri, Nicolò, Po, Re`,
})

export const greek = community('greek', 0.7, {
  female: `Eleni, Despina, Aikaterini, Vasiliki, Chrysanthi, Theodora, Zoe, Kalliope`,
  male: `Georgios, Konstantinos, Panayiotis, Dimitris, Stavros, Andreas, Christos, Pericles`,
  surnames: `Papadopoulos/Papadopoulou, Georgiou, Ioannou, Hadjigeorgiou, Christodoulou, Kyriakides/Kyriakidou, Papanikolaou, Charalambous,
    Antoniades/Antoniadou, Papachristodoulopoulos/Papachristodoulopoulou`,
}, {
  own: {
    female: 'Ελένη|Eleni, Δέσποινα|Despina, Αικατερίνη|Aikaterini, Ζωή|Zoe, Καλλιόπη|Kalliope',
    male: 'Γεώργιος|Georgios, Στάυρος|Stavros, Ανδρέας|Andreas, Χρήστος|Christos, Περικλής|Pericles',
    surnames: 'Παπαδόπουλος/Παπαδοπούλου|Papadopoulos/Papadopoulou, Γεωργίου|Georgiou, Ιωάννου|Ioannou, Χατζηγεωργίου|Hadjigeorgiou',
  },
})

export const turkish = community('turkish', 1.8, {
  female: `Elif, Zeynep, Ayşe, Defne, Gülşah, Çiğdem, Nilüfer, Özlem, Tuğçe, İpek, Şule, Ceren`,
  male: `Emre, Yiğit, Kağan, Çağlar, Oğuz, Barış, Ömer, Umut, İsmail, Tarık, Görkem, Deniz`,
  surnames: `Yılmaz, Kaya, Demir, Şahin, Çelik, Öztürk, Aydın, Doğan, Kılıç, Güneş, Yıldırım, Ağaoğlu, Karadağ, Gök, Uçar, Kocabıyık, Er, Su`,
})

export const kurdish = community('kurdish', 0.6, {
  female: `Rojîn, Zîn, Berîvan, Nazdar, Avîn, Helîn, Şîlan, Kejal`,
  male: `Azad, Baran, Serhat, Rêbîn, Dilşad, Karwan, Şivan, Hêmin`,
  surnames: `Ahmed Karim, Rashid, Barzan, Osman Aziz, Xoşnaw, Jalal, Zebari, Doski, Qadir Hassan`,
}, { mothersKeepName: true })
