using System.Text;
using ManagedTransformer.Data.Builtin;
using ManagedTransformer.Hashing;

namespace ManagedTransformer.Data.Text;

/// <summary>
/// The texts of a language-model experiment, as bytes (UTF-8 for most tokenizers): what to train on, what to validate and test on.
/// </summary>
public sealed class TextCorpus
{
    /// <summary>The name under which <see cref="Load"/> knows the stories of <see cref="StoryCorpus"/>.</summary>
    public const string BuiltInStories = "builtin:stories";

    private const string BuiltInPrefix = "builtin:";

    private const string TestName = "test";

    private static readonly string[] _validationNames = ["valid", "val"];

    // What was read, whole.
    private TextPart[] _read = [];

    private TextCorpus(string name, TextPart train, TextPart validation, TextPart test)
    {
        Name = name;
        TrainPart = train;
        ValidationPart = validation;
        TestPart = test;
    }

    /// <summary>The file, the folder or the built-in name that the corpus came from.</summary>
    public string Name { get; }

    /// <summary>The text to train on; never empty.</summary>
    public ReadOnlyMemory<byte> Train => TrainPart.Text;

    /// <summary>The text to validate on; empty where none was asked for.</summary>
    public ReadOnlyMemory<byte> Validation => ValidationPart.Text;

    /// <summary>The text to test on; empty where there is none.</summary>
    public ReadOnlyMemory<byte> Test => TestPart.Text;

    /// <summary>What to train on, with its records.</summary>
    internal TextPart TrainPart { get; }

    /// <summary>What to validate on, with its records.</summary>
    internal TextPart ValidationPart { get; }

    /// <summary>What to test on, with its records.</summary>
    internal TextPart TestPart { get; }

    /// <summary>
    /// The fewest bits per character that any model can reach on <see cref="Validation"/> on average; null where this is not known.
    /// </summary>
    public double? ValidationFloor { get; private init; }

    /// <summary>
    /// Loads a corpus: a text file; JSON lines (<c>.jsonl</c>) with the field text, or prompt and completion, of which losses count the
    /// completion, or messages, of which they count the assistant's turns; a <c>.gz</c> of either; a Parquet file (<c>.parquet</c>) with
    /// such columns; a folder with <c>train.txt</c> (or <c>.jsonl</c>, or a folder of shards) and optionally
    /// <c>valid</c> (or <c>val</c>) and <c>test</c>; a folder of shards, which are read in the order of their names; or
    /// <see cref="BuiltInStories"/>. What has no file of its own is cut off the end of the training text, validation before test; no UTF-8
    /// character and no record is cut in two. A byte-order mark and the CR before every LF of plain text are left out, unless
    /// <see cref="TextCorpusOptions.Raw"/> keeps them.
    /// </summary>
    /// <param name="source">The path or the built-in name.</param>
    /// <param name="options">How to cut; the defaults where absent.</param>
    /// <exception cref="InputException">The source is missing, unreadable, empty or UTF-16, or leaves nothing to train on; or the options
    /// are out of range.</exception>
    public static TextCorpus Load(string source, TextCorpusOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        options ??= new();
        RequireFraction(options.ValidationFraction, "validation_fraction");
        RequireFraction(options.TestFraction, "test_fraction");
        if (source == BuiltInStories)
        {
            return LoadStories(options);
        }

        if (source.StartsWith(BuiltInPrefix, StringComparison.Ordinal))
        {
            throw new InputException($"There is no built-in corpus '{source}'; the one that exists is '{BuiltInStories}'.");
        }

        return Directory.Exists(source) ? LoadFolder(source, options) : Cut(source, options, TextFiles.Read(source, options), null, null);
    }

    /// <summary>Refuses files that are not UTF-8, unless they were taken byte by byte.</summary>
    /// <exception cref="InputException">A file is not UTF-8; the message names the line.</exception>
    internal void RequireUtf8()
    {
        foreach (TextPart part in _read)
        {
            part.RequireUtf8();
        }
    }

    /// <summary>The source as it can be named from any folder: a full path, or a built-in name as it is.</summary>
    /// <param name="source">The path or the built-in name.</param>
    public static string FullName(string source) =>
        source.StartsWith(BuiltInPrefix, StringComparison.Ordinal) ? source : Path.GetFullPath(source);

    private static TextCorpus LoadStories(TextCorpusOptions options)
    {
        StoryCorpus train = StoryCorpus.Generate(Seed(0), options.StoryTrainCharacters);
        StoryCorpus validation = StoryCorpus.Generate(Seed(1), options.StoryValidationCharacters);
        StoryCorpus test = StoryCorpus.Generate(Seed(2), options.StoryValidationCharacters);
        return new(BuiltInStories, Part(train), Part(validation), Part(test))
        {
            ValidationFloor = validation.BitsPerCharacter,
        };

        static TextPart Part(StoryCorpus stories) => new(Encoding.ASCII.GetBytes(stories.Text));

        ulong Seed(ulong part) => SplitMix64.Hash(options.StorySeed, part, 0);
    }

    private static TextCorpus LoadFolder(string folder, TextCorpusOptions options)
    {
        TextPart train = TextFiles.Find(folder, options, "train")
            ?? TextFiles.ReadShards(folder, options, [.. _validationNames, TestName])
            ?? throw new InputException(
                $"The folder '{folder}' has no train.txt (or train.txt.gz), and no other files to train on ({TextFiles.Kinds}).");
        return Cut(folder, options, train, TextFiles.Find(folder, options, _validationNames), TextFiles.Find(folder, options, TestName));
    }

    private static TextCorpus Cut(string name, TextCorpusOptions options, TextPart train, TextPart? validation, TextPart? test)
    {
        int end = train.Text.Length;
        TextPart testPart = test ?? CutOff(options.TestFraction);
        TextPart validationPart = validation ?? CutOff(options.ValidationFraction);
        return end == 0
            ? throw new InputException($"'{name}' has nothing left to train on after validation and test are cut off.")
            : new(name, train.Between(0, end), validationPart, testPart)
            {
                _read = [.. new[] { train, validation, test }.OfType<TextPart>()],
            };

        TextPart CutOff(double fraction)
        {
            int start = train.CutBefore(Math.Max(0, end - (int)Math.Round(fraction * train.Text.Length)));
            start = fraction == 0 ? end : start;
            TextPart part = train.Between(start, end);
            end = start;
            return part;
        }
    }

    private static void RequireFraction(double value, string key)
    {
        if (!(value is >= 0 and < 1))
        {
            throw new InputException(FormattableString.Invariant($"{key} is {value}; it must be at least 0 and less than 1."));
        }
    }
}
