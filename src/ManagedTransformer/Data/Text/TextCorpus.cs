using System.Text;
using ManagedTransformer.Data.Builtin;
using ManagedTransformer.Files;
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

    // Files that are text, whole.
    private (string Name, ReadOnlyMemory<byte> Text)[] _files = [];

    private TextCorpus(string name, ReadOnlyMemory<byte> train, ReadOnlyMemory<byte> validation, ReadOnlyMemory<byte> test)
    {
        Name = name;
        Train = train;
        Validation = validation;
        Test = test;
    }

    /// <summary>The file, the folder or the built-in name that the corpus came from.</summary>
    public string Name { get; }

    /// <summary>The text to train on; never empty.</summary>
    public ReadOnlyMemory<byte> Train { get; }

    /// <summary>The text to validate on; empty where none was asked for.</summary>
    public ReadOnlyMemory<byte> Validation { get; }

    /// <summary>The text to test on; empty where there is none.</summary>
    public ReadOnlyMemory<byte> Test { get; }

    /// <summary>
    /// The fewest bits per character that any model can reach on <see cref="Validation"/> on average; null where this is not known.
    /// </summary>
    public double? ValidationFloor { get; private init; }

    /// <summary>
    /// Loads a corpus: a text file, a <c>.gz</c> of one, a folder with <c>train.txt</c> and optionally <c>valid.txt</c> (or <c>val.txt</c>)
    /// and <c>test.txt</c>, each also as <c>.txt.gz</c>, or <see cref="BuiltInStories"/>. What has no file of its own is cut off the end of
    /// the training text, validation before test; no UTF-8 character is cut in two. A byte-order mark and the CR before every LF are left
    /// out, unless <see cref="TextCorpusOptions.Raw"/> keeps them.
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

        return Directory.Exists(source) ? LoadFolder(source, options) : Cut(source, options, ReadText(source, options), null, null);
    }

    /// <summary>Refuses files that are not UTF-8, unless they were taken byte by byte.</summary>
    /// <exception cref="InputException">A file is not UTF-8; the message names the line.</exception>
    internal void RequireUtf8()
    {
        foreach ((string file, ReadOnlyMemory<byte> text) in _files)
        {
            Utf8Text.RequireValid(text.Span, $"'{file}'");
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
        return new(BuiltInStories, Encoding.ASCII.GetBytes(train.Text), Encoding.ASCII.GetBytes(validation.Text),
            Encoding.ASCII.GetBytes(test.Text))
        {
            ValidationFloor = validation.BitsPerCharacter,
        };

        ulong Seed(ulong part) => SplitMix64.Hash(options.StorySeed, part, 0);
    }

    private static TextCorpus LoadFolder(string folder, TextCorpusOptions options)
    {
        string train = Find(folder, "train.txt") ?? throw new InputException($"The folder '{folder}' has no train.txt (or train.txt.gz).");
        string? validation = Find(folder, "valid.txt", "val.txt"), test = Find(folder, "test.txt");
        return Cut(folder, options, ReadText(train, options), Part(validation), Part(test));

        (string, ReadOnlyMemory<byte>)? Part(string? path) => path is null ? null : ReadText(path, options);
    }

    private static TextCorpus Cut(
        string name,
        TextCorpusOptions options,
        (string Name, ReadOnlyMemory<byte> Text) train,
        (string Name, ReadOnlyMemory<byte> Text)? validation,
        (string Name, ReadOnlyMemory<byte> Text)? test)
    {
        int end = train.Text.Length;
        ReadOnlyMemory<byte> testText = test?.Text ?? CutOff(options.TestFraction);
        ReadOnlyMemory<byte> validationText = validation?.Text ?? CutOff(options.ValidationFraction);
        if (end == 0)
        {
            throw new InputException($"The file '{train.Name}' has nothing left to train on after validation and test are cut off.");
        }

        (string, ReadOnlyMemory<byte>)?[] files = options.Raw ? [] : [train, validation, test];
        return new(name, train.Text[..end], validationText, testText) { _files = [.. files.OfType<(string, ReadOnlyMemory<byte>)>()] };

        ReadOnlyMemory<byte> CutOff(double fraction)
        {
            ReadOnlySpan<byte> bytes = train.Text.Span;
            int start = Math.Max(0, end - (int)Math.Round(fraction * bytes.Length));
            while (start > 0 && start < end && (bytes[start] & 0xC0) == 0x80)
            {
                start--;
            }

            ReadOnlyMemory<byte> part = train.Text[start..end];
            end = start;
            return part;
        }
    }

    private static string? Find(string folder, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            string path = Path.Combine(folder, name);
            if (File.Exists(path))
            {
                return path;
            }

            if (File.Exists(path + ".gz"))
            {
                return path + ".gz";
            }
        }

        return null;
    }

    private static (string Name, ReadOnlyMemory<byte> Text) ReadText(string path, TextCorpusOptions options)
    {
        byte[] bytes = InputFile.ReadAllBytes(path);
        Memory<byte> text = options.Raw ? bytes : Utf8Text.Clean(bytes, $"'{path}'");
        return text.Length > 0 ? (path, text) : throw new InputException($"The file '{path}' is empty.");
    }

    private static void RequireFraction(double value, string key)
    {
        if (!(value is >= 0 and < 1))
        {
            throw new InputException(FormattableString.Invariant($"{key} is {value}; it must be at least 0 and less than 1."));
        }
    }
}
