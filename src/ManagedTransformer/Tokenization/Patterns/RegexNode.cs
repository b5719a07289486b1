using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>A part of a parsed regular expression.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Parts">Its parts.</param>
internal sealed record RegexNode(RegexKind Kind, params IReadOnlyList<RegexNode> Parts)
{
    /// <summary>The empty text.</summary>
    public static RegexNode Nothing { get; } = new(RegexKind.Sequence);

    /// <summary>The characters of a set.</summary>
    public CodePointSet Set { get; init; } = CodePointSet.Empty;

    /// <summary>The fewest repetitions.</summary>
    public int Least { get; init; }

    /// <summary>The most repetitions; <see cref="int.MaxValue"/> for any number.</summary>
    public int Most { get; init; }

    /// <summary>True for as few repetitions as possible.</summary>
    public bool IsLazy { get; init; }

    /// <summary>True where the part must not be found.</summary>
    public bool IsNegative { get; init; }

    /// <summary>The place.</summary>
    public RegexAnchor Anchor { get; init; }

    /// <summary>The number of characters of every match; null where it differs.</summary>
    public int? FixedLength() => Kind switch
    {
        RegexKind.Set => 1,
        RegexKind.Sequence => Parts.Aggregate((int?)0, (sum, part) => sum + part.FixedLength()),
        RegexKind.Choice => Parts.Select(part => part.FixedLength()).Distinct().ToArray() is [var length] ? length : null,
        RegexKind.Repeat => Least == Most ? Least * Parts[0].FixedLength() : null,
        RegexKind.Atomic => Parts[0].FixedLength(),
        _ => 0,
    };

    /// <summary>Returns true where the empty text can match.</summary>
    public bool CanBeEmpty() => Kind switch
    {
        RegexKind.Set => false,
        RegexKind.Sequence => Parts.All(part => part.CanBeEmpty()),
        RegexKind.Choice => Parts.Any(part => part.CanBeEmpty()),
        RegexKind.Repeat => Least == 0 || Parts[0].CanBeEmpty(),
        RegexKind.Atomic => Parts[0].CanBeEmpty(),
        _ => true,
    };

    /// <summary>The characters that a match can begin with; null for any, and where it can be empty.</summary>
    public CodePointSet? First()
    {
        switch (Kind)
        {
            case RegexKind.Set:
                return Set;
            case RegexKind.Choice:
                return Union(Parts.Select(part => part.First()));
            case RegexKind.Repeat:
                return Least == 0 ? null : Parts[0].First();
            case RegexKind.Atomic:
                return Parts[0].First();
            case RegexKind.Sequence:
                List<CodePointSet?> sets = [];
                foreach (RegexNode part in Parts)
                {
                    if (part.Kind is RegexKind.LookAhead or RegexKind.LookBehind or RegexKind.Anchor)
                    {
                        continue;
                    }

                    if (part is { Kind: RegexKind.Repeat, Least: 0 } && !part.Parts[0].CanBeEmpty())
                    {
                        sets.Add(part.Parts[0].First());
                        continue;
                    }

                    sets.Add(part.First());
                    return Union(sets);
                }

                return null;
            default:
                return null;
        }
    }

    private static CodePointSet? Union(IEnumerable<CodePointSet?> sets)
    {
        CodePointSet?[] all = [.. sets];
        return all.Contains(null) ? null : CodePointSet.Of(all.SelectMany(set => set!.Ranges));
    }
}
