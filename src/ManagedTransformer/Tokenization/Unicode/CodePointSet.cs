using System.Globalization;

namespace ManagedTransformer.Tokenization.Unicode;

/// <summary>A set of code points: ranges to combine, pages of bits to look up.</summary>
internal sealed class CodePointSet
{
    /// <summary>One above the largest code point.</summary>
    public const int Limit = 0x110000;

    private const int PageBits = 256, Pages = Limit / PageBits, Words = PageBits / 64;

    // Start and end (exclusive) of every range, ascending, never touching.
    private readonly int[] _bounds;
    private Bitmap? _bitmap;

    private CodePointSet(int[] bounds) => _bounds = bounds;

    /// <summary>No code point.</summary>
    public static CodePointSet Empty { get; } = new([]);

    /// <summary>All code points.</summary>
    public static CodePointSet All { get; } = new([0, Limit]);

    /// <summary>True for no code point.</summary>
    public bool IsEmpty => _bounds.Length == 0;

    /// <summary>The ranges, both ends inclusive.</summary>
    public IEnumerable<(int First, int Last)> Ranges
    {
        get
        {
            for (int i = 0; i < _bounds.Length; i += 2)
            {
                yield return (_bounds[i], _bounds[i + 1] - 1);
            }
        }
    }

    /// <summary>The only member; -1 where there are none or several.</summary>
    public int Single => _bounds is [int first, int end] && end == first + 1 ? first : -1;

    /// <summary>The set of ranges, both ends inclusive, in any order.</summary>
    public static CodePointSet Of(params IEnumerable<(int First, int Last)> ranges)
    {
        List<int> bounds = [];
        foreach ((int first, int last) in ranges.OrderBy(range => range.First))
        {
            if (bounds.Count > 0 && first <= bounds[^1])
            {
                bounds[^1] = Math.Max(bounds[^1], last + 1);
            }
            else
            {
                bounds.Add(first);
                bounds.Add(last + 1);
            }
        }

        return new([.. bounds]);
    }

    /// <summary>A set of one.</summary>
    public static CodePointSet Of(int codePoint) => new([codePoint, codePoint + 1]);

    /// <summary>The set of code points in hexadecimal and ranges such as <c>41-5a</c>, between spaces.</summary>
    public static CodePointSet Parse(string text) => Of(text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(range =>
    {
        int dash = range.IndexOf('-', StringComparison.Ordinal);
        int first = Hex(dash < 0 ? range : range[..dash]);
        return (first, dash < 0 ? first : Hex(range[(dash + 1)..]));
    }));

    /// <summary>Returns true if a code point is in the set.</summary>
    public bool Contains(int codePoint) => (_bitmap ??= new Bitmap(_bounds)).Contains(codePoint);

    /// <summary>What is in one of both.</summary>
    public CodePointSet Union(CodePointSet other) => Of(Ranges.Concat(other.Ranges));

    /// <summary>What is not in the set.</summary>
    public CodePointSet Complement()
    {
        int[] inner = _bounds is [0, ..] ? _bounds[1..] : [0, .. _bounds];
        return new(inner is [.., Limit] ? inner[..^1] : [.. inner, Limit]);
    }

    /// <summary>What is in both.</summary>
    public CodePointSet Intersect(CodePointSet other) => Complement().Union(other.Complement()).Complement();

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    // Most sets of a pattern are combined or single characters, and never need this.
    private sealed class Bitmap
    {
        private readonly ushort[] _pageOf = new ushort[Pages];
        private readonly ulong[] _bits;

        public Bitmap(int[] bounds)
        {
            // Page 0 is empty, page 1 full; others are made where a range begins or ends within one.
            List<ulong> bits = [0, 0, 0, 0, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue];
            for (int i = 0; i < bounds.Length; i += 2)
            {
                for (int page = bounds[i] / PageBits; page * PageBits < bounds[i + 1]; page++)
                {
                    int first = Math.Max(bounds[i] - page * PageBits, 0), end = Math.Min(bounds[i + 1] - page * PageBits, PageBits);
                    if (end - first == PageBits)
                    {
                        _pageOf[page] = 1;
                        continue;
                    }

                    if (_pageOf[page] == 0)
                    {
                        _pageOf[page] = (ushort)(bits.Count / Words);
                        bits.AddRange([0, 0, 0, 0]);
                    }

                    for (int bit = first; bit < end; bit++)
                    {
                        bits[_pageOf[page] * Words + bit / 64] |= 1UL << bit;
                    }
                }
            }

            _bits = [.. bits];
        }

        public bool Contains(int codePoint) =>
            (_bits[_pageOf[codePoint >> 8] * Words + (codePoint >> 6 & 3)] >> (codePoint & 63) & 1) != 0;
    }
}
