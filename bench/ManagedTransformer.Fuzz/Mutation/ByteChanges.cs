namespace ManagedTransformer.Fuzz.Mutation;

/// <summary>Changes of a file of which nothing is known.</summary>
internal sealed class ByteChanges
{
    private const int MostLength = 1 << 16, LongRun = 5000;

    // Around the ends of what a number may be.
    private static readonly long[] _numbers =
    [
        0, 1, -1, 2, 7, 8, 16, 31, 32, 63, 64, 100, 127, 128, -128, -129, 255, 256, 512, 1000, 1024, 4096, 32767, 32768, -32768, 65535,
        65536, 0x7FFFFF, 0x800000, 0xFFFFFF, 0x7FFFFFFF, 0x80000000, -0x80000000, 0xFFFFFFFF, 0x100000000, 0x7FFFFFFFFFFF, 1L << 40,
        1L << 60, 1L << 62, long.MaxValue, long.MinValue, 100_663_046, -100_663_046,
    ];

    private readonly List<byte> _bytes;
    private readonly IReadOnlyList<byte[]> _seeds;
    private readonly byte[][] _words;
    private readonly Random _random;

    /// <summary>Begins with a file.</summary>
    public ByteChanges(byte[] file, IReadOnlyList<byte[]> seeds, byte[][] words, Random random) =>
        (_bytes, _seeds, _words, _random) = ([.. file], seeds, words, random);

    /// <summary>The file as it is now.</summary>
    public byte[] ToArray() => [.. _bytes];

    /// <summary>Changes something.</summary>
    public void Change()
    {
        int place = _bytes.Count == 0 ? 0 : _random.Next(_bytes.Count), left = _bytes.Count - place;
        int some = Math.Min(left, _random.Next(4) > 0 ? 1 + _random.Next(16) : 1 + _random.Next(1 + left));
        switch (_random.Next(13))
        {
            case 0 or 1 when left > 0:
                _bytes[place] ^= (byte)(1 << _random.Next(8));
                break;
            case 2 when left > 0:
                _bytes[place] = (byte)_random.Next(256);
                break;
            case 3 when left > 0:
                _bytes[place] += (byte)(_random.Next(33) - 16);
                break;
            case 4 or 5:
                WriteNumber(place);
                break;
            case 6:
                _bytes.RemoveRange(place, left);
                break;
            case 7:
                _bytes.RemoveRange(place, some);
                break;
            case 8:
                Insert(_random.Next(_bytes.Count + 1), [.. _bytes[place..(place + some)]]);
                break;
            case 9:
                byte[] noise = new byte[1 + _random.Next(16)];
                _random.NextBytes(noise);
                Insert(place, noise);
                break;
            case 10:
                Splice(place);
                break;
            case 11 when left > 0:
                Insert(place, Enumerable.Repeat(_bytes[place], 1 + _random.Next(LongRun)));
                break;
            default:
                if (_words.Length > 0)
                {
                    Insert(place, _words[_random.Next(_words.Length)]);
                }

                break;
        }
    }

    private void Insert(int place, IEnumerable<byte> piece)
    {
        if (_bytes.Count < MostLength)
        {
            _bytes.InsertRange(place, piece);
        }
    }

    private void WriteNumber(int place)
    {
        byte[] number = BitConverter.GetBytes(_numbers[_random.Next(_numbers.Length)])[..(1 << _random.Next(4))];
        if (_random.Next(4) == 0)
        {
            number.AsSpan().Reverse();
        }

        for (int i = 0; i < number.Length && place + i < _bytes.Count; i++)
        {
            _bytes[place + i] = number[i];
        }
    }

    private void Splice(int place)
    {
        byte[] other = _seeds[_random.Next(_seeds.Count)];
        if (other.Length > 0)
        {
            int from = _random.Next(other.Length);
            _bytes.RemoveRange(place, _bytes.Count - place);
            Insert(place, other[from..]);
        }
    }
}
