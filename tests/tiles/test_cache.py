"""What is kept, and that it never takes more than it may."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tiles.cache import TileCache


def kept(cache, keys):
    return [key for key in keys if cache.get(key) is not None]


def test_what_was_not_asked_for_longest_goes_first():
    cache: TileCache[int, str] = TileCache(3)
    for key in (1, 2, 3):
        cache.put(key, "x", size=1)
    cache.get(1)
    cache.put(4, "x", size=1)
    assert kept(cache, (1, 2, 3, 4)) == [1, 3, 4]


def test_it_never_holds_more_than_its_limit():
    cache: TileCache[int, str] = TileCache(100)
    for key in range(1000):
        cache.put(key, "x", size=10 + key % 7)
        sizes = [10 + one % 7 for one in range(key + 1) if one in cache._kept]
        assert sum(sizes) == cache._size <= 100


def test_what_is_too_large_is_not_kept_and_nothing_goes_for_it():
    cache: TileCache[int, str] = TileCache(10)
    cache.put(1, "x", size=4)
    cache.put(2, "x", size=11)
    assert kept(cache, (1, 2)) == [1]


def test_the_first_thing_under_a_key_stays():
    cache: TileCache[int, str] = TileCache(10)
    cache.put(1, "first", size=4)
    cache.put(1, "second", size=5)
    assert (cache.get(1), cache._size) == ("first", 4)


def test_many_threads_may_share_it():
    cache: TileCache[int, int] = TileCache(50)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: (cache.put(key % 90, key % 90, size=1), cache.get(key % 90)), range(5000)))
    assert cache._size == len(cache._kept) <= 50
