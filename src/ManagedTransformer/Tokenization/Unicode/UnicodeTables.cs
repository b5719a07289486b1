using System.Globalization;

namespace ManagedTransformer.Tokenization.Unicode;

/// <summary>The embedded file <c>unicode-tables.txt</c>, which says where its data come from.</summary>
internal sealed class UnicodeTables
{
    private const string Resource = "unicode-tables.txt";
    private static readonly Lazy<UnicodeTables> _instance = new(() => new UnicodeTables());

    private readonly Dictionary<string, CodePointSet> _sets = [];
    private readonly Dictionary<string, Dictionary<int, int[]>> _maps = [];

    private UnicodeTables()
    {
        using Stream stream = typeof(UnicodeTables).Assembly.GetManifestResourceStream(Resource)!;
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Split('\t') is not [string kind, string name, string values])
            {
                continue;
            }

            switch (kind)
            {
                case "set":
                    _sets[name] = CodePointSet.Parse(values);
                    break;
                case "class":
                    byte combining = byte.Parse(name, CultureInfo.InvariantCulture);
                    foreach ((int first, int last) in CodePointSet.Parse(values).Ranges)
                    {
                        for (int codePoint = first; codePoint <= last; codePoint++)
                        {
                            Classes[codePoint] = combining;
                        }
                    }

                    break;
                case "compose":
                    foreach (int[] triple in values.Split(',').Select(Numbers))
                    {
                        Compositions[(triple[0], triple[1])] = triple[2];
                    }

                    break;
                default:
                    _maps[name] = values.Split(',').Select(Numbers).ToDictionary(entry => entry[0], entry => entry[1..]);
                    break;
            }
        }
    }

    /// <summary>The tables, read when they are first asked for.</summary>
    public static UnicodeTables Instance => _instance.Value;

    /// <summary>Canonical combining classes other than 0.</summary>
    public Dictionary<int, byte> Classes { get; } = [];

    /// <summary>First and second code point to their canonical composite, Hangul left out.</summary>
    public Dictionary<(int First, int Second), int> Compositions { get; } = [];

    /// <summary>Full canonical decompositions, Hangul left out.</summary>
    public Dictionary<int, int[]> Canonical => _maps["nfd"];

    /// <summary>Full compatibility decompositions where they differ from the canonical ones.</summary>
    public Dictionary<int, int[]> Compatible => _maps["nfkd"];

    /// <summary>Full lower-case mappings without context.</summary>
    public Dictionary<int, int[]> Lowercase => _maps["lowercase"];

    /// <summary>A set of the file.</summary>
    public CodePointSet Set(string name) => _sets[name];

    private static int[] Numbers(string text) =>
        [.. text.Split(' ').Select(number => int.Parse(number, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
}
