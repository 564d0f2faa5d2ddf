/**
 * Words for temporary passwords, of our own choosing. Things, animals, plants and places, never parts of the body, feelings or peoples, so
 * that no two or three of them together say anything unkind; no word holds one that does.
 */

/** Short words that a child of six can read and type: spelt as they sound, hardly any with a namesake. Eight bits each (276 words). */
export const PLAIN_WORDS: readonly string[] = `
  acorn almond anchor apple autumn badge badger baker bamboo banjo barley barn basin basket bench biscuit blanket blossom boot bridge brush bubble bucket bulb bus cabin
  cactus camel candle canoe cap card carpet castle cat cave celery cheese chimney circle cliff clock cloud clover coat comb comet copper corn cottage crayon cricket crown
  cup curtain daisy dancer dentist doctor dolphin door dragon drum emu engine farm farmer fence fern ferry finch flag flute forest fox frog garden garlic gerbil giant glove
  green guitar hammer hamster harbour hat hazel helmet hill holly hoop igloo island ivy jacket jam jelly jigsaw jumper jungle kayak kettle king kite kitten kiwi koala
  ladder lake lamb lamp lantern leaf lemon letter lettuce library lily lion lizard llama lorry magnet magpie mango maple marble market meadow mirror mitten moon morning
  moss moth museum newt noodle number olive onion orange orchard otter owl paddle paint painter palace pancake panda parcel park parrot parsnip pasta pebble pencil penguin
  pepper piano pillow pirate pizza planet plate pocket pond pony poppy potato prince puddle puffin pumpkin puppet puppy purple puzzle rabbit racket radish rainbow raisin
  ramp ribbon rice river robin robot rock rocket roof rope ruler runner saddle sailor salad sand satchel scarf school scone shed silver singer skater skittle slide snail
  soap sock soup spider spinach sponge spring square squid stamp star station sticker stool stork storm stream summer sunset swan swing table taxi teapot tent ticket tiger
  toast tomato torch towel tower tractor train tram tree trout tulip tunnel turnip turtle twig valley van vest village violet violin waffle walrus wasp wheel whistle willow
  wind window winter wizard wren yak yogurt zebra zip zoo
`.trim().split(/\s+/)

const FURTHER_WORDS: readonly string[] = `
  abbey acrobat admiral airport alphabet amber antelope apricot aquarium arcade archway armchair artist aspen atlas author avenue axle backpack bagpipe balcony ballad
  balloon banana banner barrel bazaar beacon beaker bicycle birch biscotti blender blizzard bluebell boulder bracket bramble breeze broccoli bronze buffalo builder bundle
  cabbage cabinet calendar camera canary canvas canyon captain caravan cargo carnival carousel carriage carton cathedral cavern cedar ceiling cello chapter chariot charter
  chorus cinema clarinet climate cloister coaster cobweb concert conifer coral corner corridor counter courtyard crater crescent crystal cupboard cushion cymbal cypress
  daffodil dairy dawn decimal deckchair delta denim diagram diamond diary dinghy dinosaur director display domino doorway drawer driftwood duet dungarees dynamo eagle easel
  echo eclipse editor elephant elm ember emerald envelope equator estuary evening express fabric factory falcon feather festival fiddle firefly flamingo flannel flask flint
  folder football footpath formula fossil fountain freezer frost furnace galaxy gallery gallop gazelle geyser giraffe glacier glider gondola gorge granite gravel griddle
  gymnast haddock halibut hallway harvest hatch hawthorn haystack heather hedge hedgehog helium herald heron highway hillside hockey horizon hostel hotel hurdle iceberg
  icicle inkwell insect iris ironwork ivory jackdaw jaguar jasmine javelin journal journey juggler juniper keeper kennel keyboard kingdom kitchen knapsack lacquer lagoon
  landmark larch larder lava lavender leader leather ledger legend lemur lentil leopard lever lifeboat lilac linen lobby locket lodge lotus lunar lupin machine magazine
  mahogany mallet mandarin mandolin manor mantel marathon margin marigold marina marmalade marquee mason meteor metre milestone mineral minute mirage mitre model molecule
  monsoon monument mosaic motor mountain mural narrator nature nectar needle nickel nomad notebook novel nutmeg oasis oatmeal oboe observer ocean octagon octave office onyx
  opal opera optician orbit orchestra orchid oregano origami ostrich outline oxygen oyster palette paprika parade parchment parsley partridge pasture patio pattern pavement
  pavilion pelican pendulum petal pewter photo picnic pigeon pillar pilot pinnacle pistachio platform plaza podium poet polar pollen poplar porcelain porch porridge
  portrait postcard pottery prairie printer prism profile projector propeller pumice pyramid quarry quarter quartz quaver quill quilt quiver radar radio raft railway
  raindrop rampart ranger raspberry rattan raven reactor recipe record reef referee relay report reptile reservoir rhubarb ridge riverbank rooftop rooster rosemary rota
  rudder runway saffron sailboat sandal sandstone sapphire sardine saturn saucer savanna saxophone scaffold scallop scholar science scooter sculptor seagull season shadow
  shelter shepherd shoreline shuttle signal skylark skylight slate sledge slope snowdrop sofa solar sonata sparrow spectrum sphere spiral splash sprinter spruce stadium
  staircase starling statue steamer stencil stereo sunbeam sundial sunflower surface sycamore symbol symphony tableau talent tandem tangerine teacher telescope temple
  tennis terrace texture theatre thicket thimble thistle thunder timber toboggan topaz topic tornado torrent treasure trellis triangle tributary tricycle trolley tropic
  trowel tundra turbine turret twilight umbrella unicorn uniform universe utensil vacuum valve vanilla vault velvet veranda vessel viaduct victory vine vinegar viola
  volcano voyage waggon waltz wardrobe warehouse waterfall weather weaver whisker wicker wildlife windmill woodland workshop yacht yarrow yeoman zephyr zigzag zinc zodiac
`.trim().split(/\s+/)

/** The same and longer ones, for those who read well. More than nine bits each (761 words). */
export const LONGER_WORDS: readonly string[] = [...PLAIN_WORDS, ...FURTHER_WORDS]
