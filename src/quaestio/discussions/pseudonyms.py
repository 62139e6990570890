"""Made-up names: trees and herbs, so that none is taken for a person's, a sex or a nation."""

from __future__ import annotations

import secrets
from collections.abc import Collection

NAMES = """
Acacia Agrimony Alder Almond Angelica Anise Apricot Arnica Aspen Aster Balsam Bamboo Barberry
Barley Basil Bayleaf Beech Bergamot Betony Bilberry Birch Blackthorn Bluebell Borage Boxwood
Bracken Bramble Briar Bryony Buckthorn Burdock Burnet Camomile Campion Caraway Cardamom Catmint
Cedar Celandine Chervil Chestnut Chicory Chive Cinquefoil Clover Coltsfoot Columbine Comfrey
Coriander Cornel Cornflower Cowslip Cranberry Cress Crocus Cumin Cypress Daphne Dill Dogwood
Elder Elecampane Elm Fennel Fern Feverfew Figwort Flax Foxglove Gentian Ginger Gorse Groundsel
Hawthorn Hazel Heather Hellebore Hemlock Henbane Holly Honeysuckle Hops Hornbeam Horsetail
Hyssop Iris Ivy Jasmine Juniper Knapweed Laburnum Larch Larkspur Laurel Lavender Lichen Lilac
Linden Linseed Liquorice Lovage Lupin Madder Mallow Maple Marjoram Marram Medlar Melilot Millet
Mint Mistletoe Mugwort Mulberry Mullein Mustard Myrtle Nettle Nutmeg Oak Oleander Olive Orchard
Oregano Osier Parsley Pear Peony Pepper Pimpernel Pine Plane Plantain Poplar Poppy Primrose
Privet Quince Rampion Reed Rhubarb Rosehip Rowan Rue Rush Rye Saffron Sage Samphire Savory
Saxifrage Sedge Sorrel Spelt Spruce Spurge Sumac Sycamore Tamarind Tansy Tarragon Teasel Thistle
Thrift Thyme Tormentil Valerian Verbena Vetch Violet Walnut Willow Woodruff Wormwood Yarrow Yew
"""
PLANTS = tuple(NAMES.split())


def new_name(taken: Collection[str]) -> str:
    """One of the names nobody has yet, by chance: the order of posting tells nothing."""
    free = [name for name in PLANTS if name not in taken]
    round_ = 2
    while not free:
        free = [each for name in PLANTS if (each := f"{name} {round_}") not in taken]
        round_ += 1
    return secrets.choice(free)
