namespace ManagedTransformer.Tokenization.Unicode;

/// <summary>
/// Normalization of Unicode (UAX 15) by tables of about Unicode 12: decompose, order marks by their class, compose. Characters that no form
/// changes and that join with nothing before them are copied.
/// </summary>
internal sealed class UnicodeNormalizer
{
    // Hangul syllables by the algorithm of the Unicode standard, section 3.12.
    private const int SyllableBase = 0xAC00, SyllableCount = 11172, LeadBase = 0x1100, LeadCount = 19, VowelBase = 0x1161, VowelCount = 21,
        TrailBase = 0x11A7, TrailCount = 28;

    private static readonly Lazy<UnicodeNormalizer>[] _forms =
        [.. Enum.GetValues<NormalizationForm>().Select(form => new Lazy<UnicodeNormalizer>(() => new UnicodeNormalizer(form)))];

    private readonly UnicodeTables _tables = UnicodeTables.Instance;
    private readonly bool _composes, _isCompatible;
    private readonly CodePointSet _changing;

    private UnicodeNormalizer(NormalizationForm form)
    {
        _composes = form is NormalizationForm.C or NormalizationForm.KC;
        _isCompatible = form is NormalizationForm.KC or NormalizationForm.KD;
        IEnumerable<int> changing = _tables.Classes.Keys.Concat(_tables.Canonical.Keys);
        changing = _composes ? changing.Concat(_tables.Compositions.Keys.Select(pair => pair.Second)) : changing;
        changing = _isCompatible ? changing.Concat(_tables.Compatible.Keys) : changing;
        CodePointSet hangul = CodePointSet.Of((LeadBase, 0x11FF), (SyllableBase, SyllableBase + SyllableCount - 1));
        HashSet<int> seconds = [.. _tables.Compositions.Keys.Select(pair => pair.Second)];
        HashSet<int> stable = _composes ? [.. _tables.Compositions.Values.Where(composite => IsPrimary(composite, seconds))] : [];
        _changing = CodePointSet.Of(changing.Where(codePoint => !stable.Contains(codePoint)).Select(codePoint => (codePoint, codePoint)))
            .Union(hangul);
    }

    /// <summary>The normalizer of a form.</summary>
    public static UnicodeNormalizer For(NormalizationForm form) => _forms[(int)form].Value;

    /// <summary>Appends the normal form of a text.</summary>
    public void Append(ReadOnlySpan<byte> text, ByteBuffer output)
    {
        List<int>? segment = null;
        for (int position = 0; position < text.Length;)
        {
            // Up to the last character that stays as it is and cannot join with the next one.
            int start = position, last = -1, lastLength = 0;
            while (position < text.Length)
            {
                int codePoint = Utf8.Read(text, position, out int length);
                if (_changing.Contains(codePoint))
                {
                    break;
                }

                (last, lastLength) = (codePoint, length);
                position += length;
            }

            if (position == text.Length)
            {
                output.Add(text[start..]);
                return;
            }

            output.Add(text[start..(position - lastLength)]);
            segment ??= [];
            segment.Clear();
            if (last >= 0)
            {
                Decompose(last, segment);
            }

            while (position < text.Length)
            {
                int codePoint = Utf8.Read(text, position, out int length);
                if (!_changing.Contains(codePoint))
                {
                    break;
                }

                Decompose(codePoint, segment);
                position += length;
            }

            Order(segment);
            if (_composes)
            {
                Compose(segment);
            }

            foreach (int codePoint in segment)
            {
                output.AddCodePoint(codePoint);
            }
        }
    }

    private static int ComposeHangul(int first, int second)
    {
        int lead = first - LeadBase, vowel = second - VowelBase;
        if (lead is >= 0 and < LeadCount && vowel is >= 0 and < VowelCount)
        {
            return SyllableBase + (lead * VowelCount + vowel) * TrailCount;
        }

        int syllable = first - SyllableBase, trail = second - TrailBase;
        return syllable is >= 0 and < SyllableCount && syllable % TrailCount == 0 && trail is > 0 and < TrailCount ? first + trail : -1;
    }

    // A composite that composition gives back: of class 0, not a singleton, and no second part of another.
    private bool IsPrimary(int codePoint, HashSet<int> seconds) =>
        ClassOf(codePoint) == 0 && !seconds.Contains(codePoint) && (!_isCompatible || !_tables.Compatible.ContainsKey(codePoint));

    private int ClassOf(int codePoint) => codePoint < 0x300 ? 0 : _tables.Classes.GetValueOrDefault(codePoint);

    private void Decompose(int codePoint, List<int> output)
    {
        int syllable = codePoint - SyllableBase;
        if (syllable is >= 0 and < SyllableCount)
        {
            output.Add(LeadBase + syllable / (VowelCount * TrailCount));
            output.Add(VowelBase + syllable % (VowelCount * TrailCount) / TrailCount);
            if (syllable % TrailCount > 0)
            {
                output.Add(TrailBase + syllable % TrailCount);
            }
        }
        else if ((_isCompatible && _tables.Compatible.TryGetValue(codePoint, out int[]? parts))
            || _tables.Canonical.TryGetValue(codePoint, out parts))
        {
            output.AddRange(parts);
        }
        else
        {
            output.Add(codePoint);
        }
    }

    // Each run of marks by class, those of one class in their order.
    private void Order(List<int> segment)
    {
        for (int i = 0; i < segment.Count; i++)
        {
            int start = i;
            while (i < segment.Count && ClassOf(segment[i]) != 0)
            {
                i++;
            }

            if (i - start > 1)
            {
                int[] ordered = [.. segment.Skip(start).Take(i - start).OrderBy(ClassOf)];
                for (int k = 0; k < ordered.Length; k++)
                {
                    segment[start + k] = ordered[k];
                }
            }
        }
    }

    private void Compose(List<int> segment)
    {
        int starter = -1, count = 0, before = 0;
        foreach (int codePoint in segment.ToArray())
        {
            int combining = ClassOf(codePoint);
            bool isBlocked = starter >= 0 && count > starter + 1 && before >= combining;
            if (starter >= 0 && !isBlocked)
            {
                int composite = ComposeHangul(segment[starter], codePoint);
                if (composite >= 0 || _tables.Compositions.TryGetValue((segment[starter], codePoint), out composite))
                {
                    segment[starter] = composite;
                    continue;
                }
            }

            if (combining == 0)
            {
                starter = count;
            }

            before = combining;
            segment[count++] = codePoint;
        }

        segment.RemoveRange(count, segment.Count - count);
    }
}
