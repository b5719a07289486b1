using System.Text;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>Simple case folding: the characters that are the same where case does not count, also ſ as s and kelvin's sign as k.</summary>
internal static class CaseFolding
{
    private static readonly Lazy<CodePointSet[]> _groups = new(MeasureGroups);
    private static readonly Lazy<Dictionary<int, CodePointSet>> _groupOf = new(() => _groups.Value
        .SelectMany(group => group.Ranges.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1))
            .Select(codePoint => (codePoint, group)))
        .ToDictionary());

    /// <summary>The set with all characters that differ from one of it in case only.</summary>
    public static CodePointSet Close(CodePointSet set) =>
        set.Single >= 0 ? _groupOf.Value.GetValueOrDefault(set.Single, set) : CloseAll(set);

    private static CodePointSet CloseAll(CodePointSet set) => CodePointSet.Of(set.Ranges.Concat(
        _groups.Value.Where(group => group.Ranges.Any(range => Any(set, range))).SelectMany(group => group.Ranges)));

    private static bool Any(CodePointSet set, (int First, int Last) range)
    {
        for (int codePoint = range.First; codePoint <= range.Last; codePoint++)
        {
            if (set.Contains(codePoint))
            {
                return true;
            }
        }

        return false;
    }

    private static CodePointSet[] MeasureGroups()
    {
        Dictionary<int, List<int>> groups = [];
        for (int codePoint = 0; codePoint < 0x1F000; codePoint++)
        {
            if (!Rune.IsValid(codePoint) || codePoint is 0x130 or 0x131)
            {
                continue;
            }

            int folded = Fold(new Rune(codePoint));
            if (folded != codePoint)
            {
                (groups.TryGetValue(folded, out List<int>? group) ? group : groups[folded] = [folded]).Add(codePoint);
            }
        }

        return [.. groups.Values.Select(group => CodePointSet.Of(group.Select(codePoint => (codePoint, codePoint))))];
    }

    private static int Fold(Rune rune) => rune.Value switch
    {
        0x17F => 's',
        0x212A => 'k',
        0x212B => 0xE5,
        0x1E9E => 0xDF,
        _ => Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune)).Value,
    };
}
