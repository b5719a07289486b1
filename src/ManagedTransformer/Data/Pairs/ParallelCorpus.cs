using ManagedTransformer.Files;

namespace ManagedTransformer.Data.Pairs;

/// <summary>
/// Sentences with their translations, and how many pairs were left out and why. Files are UTF-8, also as <c>.gz</c>; lines end with LF
/// alone, a CR before it and white space around a sentence are removed.
/// </summary>
internal sealed class ParallelCorpus
{
    private readonly string? _targetName;
    private readonly int[]? _lines;

    /// <summary>A corpus of given pairs, all of which are kept.</summary>
    /// <param name="name">Where they come from, for messages.</param>
    /// <param name="pairs">The pairs.</param>
    public ParallelCorpus(string name, IReadOnlyList<SentencePair> pairs)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(pairs);
        (Name, SourceName, Pairs) = (name, name, pairs);
    }

    private ParallelCorpus(string source, string? target, IReadOnlyList<SentencePair> pairs, int[] lines)
        : this(target is null ? source : $"{source}, {target}", pairs) => (SourceName, _targetName, _lines) = (source, target, lines);

    /// <summary>The file or files that the corpus came from.</summary>
    public string Name { get; }

    /// <summary>The pairs in the order of the lines.</summary>
    public IReadOnlyList<SentencePair> Pairs { get; }

    /// <summary>The number of pairs left out because a side was empty.</summary>
    public int EmptyPairs { get; private init; }

    /// <summary>The number of pairs left out because a side had too many words.</summary>
    public int LongPairs { get; private init; }

    /// <summary>The number of pairs left out because the lengths of their sides differed too much.</summary>
    public int UnevenPairs { get; private init; }

    private string SourceName { get; init; }

    /// <summary>Reads two files, the n-th line of one being the translation of the n-th line of the other.</summary>
    /// <param name="sourcePath">The sentences.</param>
    /// <param name="targetPath">Their translations.</param>
    /// <param name="options">Which pairs are kept; all that have no empty side where absent.</param>
    /// <exception cref="InputException">A file is missing or not UTF-8, the numbers of lines differ,
    /// or a line is empty and that is refused.</exception>
    public static ParallelCorpus Load(string sourcePath, string targetPath, ParallelCorpusOptions? options = null)
    {
        List<string> sources = TextLines.Read(sourcePath), targets = TextLines.Read(targetPath);
        if (sources.Count != targets.Count)
        {
            throw new InputException(
                $"The files do not belong together: '{sourcePath}' has {sources.Count} lines and '{targetPath}' has {targets.Count}.");
        }

        SentencePair[] pairs = [.. sources.Zip(targets, (source, target) => new SentencePair(source.Trim(), target.Trim()))];
        return Filter(sourcePath, targetPath, pairs, options);
    }

    /// <summary>Reads a file with one pair per line, in columns separated by tabs and without a header.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sourceColumn">The column of the sentences, from 0.</param>
    /// <param name="targetColumn">The column of their translations, from 0.</param>
    /// <param name="options">Which pairs are kept; all that have no empty side where absent.</param>
    /// <exception cref="InputException">The file is missing or not UTF-8, a line lacks a column,
    /// or a sentence is empty and that is refused.</exception>
    public static ParallelCorpus LoadTable(string path, int sourceColumn = 0, int targetColumn = 1, ParallelCorpusOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sourceColumn);
        ArgumentOutOfRangeException.ThrowIfNegative(targetColumn);
        List<string> lines = TextLines.Read(path);
        List<SentencePair> pairs = new(lines.Count);
        foreach (string line in lines)
        {
            string[] columns = line.Split('\t');
            int needed = Math.Max(sourceColumn, targetColumn) + 1;
            bool isEmpty = string.IsNullOrWhiteSpace(line);
            if (!isEmpty && columns.Length < needed)
            {
                throw new InputException($"Line {pairs.Count + 1} of '{path}' has {columns.Length} columns instead of at least {needed}.");
            }

            pairs.Add(isEmpty ? new("", "") : new(columns[sourceColumn].Trim(), columns[targetColumn].Trim()));
        }

        return Filter(path, null, pairs, options);
    }

    /// <summary>Leaves out what the options do not keep.</summary>
    /// <param name="name">Where the pairs come from, for messages.</param>
    /// <param name="lines">All pairs, in the order of the lines.</param>
    /// <param name="options">Which pairs are kept; all that have no empty side where absent.</param>
    /// <exception cref="InputException">An option is out of its range, or a line is empty and that is refused.</exception>
    public static ParallelCorpus Filter(string name, IReadOnlyList<SentencePair> lines, ParallelCorpusOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(lines);
        return Filter(name, null, lines, options);
    }

    /// <summary>The pairs with the given numbers.</summary>
    /// <param name="numbers">Increasing numbers, from 0.</param>
    internal ParallelCorpus Select(IReadOnlyList<int> numbers) => numbers.Count == Pairs.Count
        ? this
        : new(SourceName, _targetName, [.. numbers.Select(number => Pairs[number])], [.. numbers.Select(LineOf)])
        {
            EmptyPairs = EmptyPairs,
            LongPairs = LongPairs,
            UnevenPairs = UnevenPairs,
        };

    /// <summary>Where a sentence stands, as messages say it: its line and its file.</summary>
    /// <param name="pair">The number of the pair, from 0.</param>
    /// <param name="isTarget">Whether it is the pair's translation.</param>
    internal string Place(int pair, bool isTarget) => $"Line {LineOf(pair)} of '{(isTarget ? _targetName ?? SourceName : SourceName)}'";

    private static ParallelCorpus Filter(string source, string? target, IReadOnlyList<SentencePair> lines, ParallelCorpusOptions? options)
    {
        options ??= new();
        options.Validate();
        List<int> kept = new(lines.Count);
        int empty = 0, tooLong = 0, uneven = 0;
        for (int i = 0; i < lines.Count; i++)
        {
            int first = CountWords(lines[i].Source), second = CountWords(lines[i].Target);
            int longer = Math.Max(first, second), shorter = Math.Min(first, second);
            if (shorter == 0 && options.RefuseEmptyLines)
            {
                string file = first == 0 ? source : target ?? source;
                throw new InputException($"The {(first == 0 ? "source" : "target")} sentence of line {i + 1} of '{file}' is empty.");
            }

            if (shorter == 0 && !options.KeepEmptyLines)
            {
                empty++;
            }
            else if (options.MaxWords > 0 && longer > options.MaxWords)
            {
                tooLong++;
            }
            else if (options.MaxRatio > 0 && shorter > 0 && longer > options.MaxRatio * shorter)
            {
                uneven++;
            }
            else
            {
                kept.Add(i);
            }
        }

        return new(source, target, [.. kept.Select(i => lines[i])], [.. kept.Select(i => i + 1)])
        {
            EmptyPairs = empty,
            LongPairs = tooLong,
            UnevenPairs = uneven,
        };
    }

    /// <summary>Words between ASCII white space, so that a no-break space does not make two of one.</summary>
    private static int CountWords(string sentence)
    {
        int words = 0;
        bool inside = false;
        foreach (char c in sentence)
        {
            bool space = c is ' ' or (>= '\t' and <= '\r');
            if (!space && !inside)
            {
                words++;
            }

            inside = !space;
        }

        return words;
    }

    private int LineOf(int pair) => _lines?[pair] ?? pair + 1;
}
