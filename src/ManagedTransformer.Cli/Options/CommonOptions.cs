using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using ManagedTransformer.Conversion;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Cpu;

namespace ManagedTransformer.Cli.Options;

/// <summary>Options that several commands have, and options with a checked range. A value outside it is wrong usage.</summary>
internal static class CommonOptions
{
    private const int MostThreads = 1024;

    private static readonly (string Name, DType Type)[] _weights =
        [("f32", DType.Float32), ("bf16", DType.BFloat16), ("int8", DType.Int8), ("int4", DType.Int4)];

    /// <summary>The name of <see cref="Json"/>.</summary>
    public const string JsonName = "--json";

    /// <summary>Says that a word of the command line means nothing.</summary>
    /// <param name="word">The word.</param>
    public static string DescribeUnknown(string word) => $"There is no command, argument or option '{word}' here";

    /// <summary>Refuses what looks like an option among several values of an argument, which would take it for one of them.</summary>
    /// <param name="argument">An argument of any number of values.</param>
    public static Argument<string[]> RefuseOptions(Argument<string[]> argument)
    {
        argument.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => token.Value.StartsWith("--", StringComparison.Ordinal)) is { } option)
            {
                result.AddError(DescribeUnknown(option.Value));
            }
        });
        return argument;
    }

    /// <summary><c>--json</c></summary>
    /// <param name="isLines">Whether the command prints an object for each of several results.</param>
    public static Option<bool> Json(bool isLines = false) => new(JsonName)
    {
        Description = (isLines
                ? "Print results as JSON Lines, one object per result, on standard output"
                : "Print the result as one JSON object on standard output")
            + "; progress goes to standard error, a failure is {\"error\": ...}.",
    };

    /// <summary><c>--threads</c></summary>
    public static Option<int?> Threads() =>
        Number<int>("--threads", "Threads to compute with (default: one per core); results do not depend on it.", 1, MostThreads);

    /// <summary><c>--data</c></summary>
    public static Option<string?> Data(string description) => new("--data") { Description = description, HelpName = "PATH|builtin:NAME" };

    /// <summary><c>--seed</c></summary>
    public static Option<ulong?> Seed(string description) => Number<ulong>("--seed", description, 0, ulong.MaxValue);

    /// <summary><c>--set</c></summary>
    public static Option<string[]?> Set() => new("--set")
    {
        Description = "Another value of a key of the recipe: a path and JSON, or a text as it is; for instance training.schedule.lr=3e-4, "
            + "training.optimizer.betas=[0.9,0.95], tokenizer.type=bpe. May be repeated; a run that is resumed keeps its own.",
        HelpName = "KEY=VALUE",
    };

    /// <summary><c>--weights</c></summary>
    /// <param name="description">Null: of a model that is read.</param>
    public static Option<DType?> Weights(string? description = null) => new("--weights")
    {
        Description = description ?? "How matrices are held: f32; bf16, rounded to BFloat16, which is half as long to read; int8 or int4, "
            + "to integers with a scale for each 32, a quarter and an eighth. Arithmetic stays in float32. (Default: f32, or the integers "
            + "that the folder has.)",
        HelpName = string.Join('|', _weights.Select(known => known.Name)),
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            foreach ((string name, DType type) in _weights)
            {
                if (name == text)
                {
                    return type;
                }
            }

            result.AddError($"--weights knows f32, bf16, int8 and int4, not '{text}'");
            return null;
        },
    };

    /// <summary><c>--keep-softmax</c></summary>
    public static Option<LayerChoice?> KeepSoftmax(string description) => new("--keep-softmax")
    {
        Description = $"{description}: every:4, each fourth from the top, or numbers from 0 (default: none).",
        HelpName = "every:N|N,N,...",
        CustomParser = result =>
        {
            LayerChoice? choice = LayerChoice.Parse(result.Tokens[0].Value);
            if (choice is null)
            {
                result.AddError($"--keep-softmax needs every:N or numbers of layers, not '{result.Tokens[0].Value}'");
            }

            return choice;
        },
    };

    /// <summary>What <see cref="Weights"/> calls a type.</summary>
    public static string WeightsName(DType type) => Array.Find(_weights, known => known.Type == type).Name;

    /// <summary>A number that must be positive.</summary>
    public static Option<int?> Positive(string name, string description) => Number(name, description, 1, int.MaxValue);

    /// <summary>A whole number in a range.</summary>
    public static Option<T?> Number<T>(string name, string description, T low, T high)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T> => new(name)
        {
            Description = description,
            HelpName = "N",
            CustomParser = result => ParseNumber(result, $"{name} needs", low, high),
        };

    /// <summary>A number with decimals; NaN is never accepted.</summary>
    public static Option<float?> Real(string name, string description, Predicate<float> isValid, string range) => new(name)
    {
        Description = description,
        HelpName = "X",
        CustomParser = result => Real(result, name, isValid, range),
    };

    /// <summary>Lets an option have no other values than these; who gives another is told them.</summary>
    /// <param name="option">An option of one value.</param>
    /// <param name="names">Its values.</param>
    /// <typeparam name="T">The option's type.</typeparam>
    public static void AcceptOnly<T>(Option<T> option, params string[] names)
    {
        option.CompletionSources.Add(names);
        option.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => token.Value.Length > 0 && !names.Contains(token.Value)) is { } other)
            {
                result.AddError($"{option.Name} knows {string.Join(", ", names[..^1])} and {names[^1]}, not '{other.Value}'");
            }
        });
    }

    /// <summary>The number that was typed: the shortest decimal fraction that gives the float.</summary>
    public static double Exactly(float value) =>
        double.Parse(value.ToString(CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>The values of a list; an option that is absent has an empty one.</summary>
    public static T[] Given<T>(ParseResult result, Option<T[]?> option, T[] absent) =>
        result.GetValue(option) is { Length: > 0 } values ? values : absent;

    /// <summary>Refuses options that were given and would have no effect.</summary>
    /// <param name="result">The parsed command line.</param>
    /// <param name="reason">Follows "--name": for instance <c>applies to translation models; out/lm is a language model</c>.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="UsageException">One of them was given.</exception>
    public static void Refuse(ParseResult result, string reason, params IEnumerable<Option> options)
    {
        if (options.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } given)
        {
            throw new UsageException($"{given.Name} {reason}.");
        }
    }

    /// <summary>Sets the number of threads where the user chose one.</summary>
    public static void Apply(int? threads) => CpuThreads.Count = threads ?? CpuThreads.Count;

    /// <summary>Positive whole numbers between separators; null after reporting an error.</summary>
    public static int[]? PositiveList(ArgumentResult result, string text, string what)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        int[] values = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out values[i]) || values[i] < 1)
            {
                result.AddError($"{what} needs positive whole numbers, not '{parts[i]}'");
                return null;
            }
        }

        return values;
    }

    private static T? ParseNumber<T>(ArgumentResult result, string what, T low, T high) where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        string text = result.Tokens[0].Value;
        if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T value) && value >= low && value <= high)
        {
            return value;
        }

        // The limit of the type is of interest only to who is beyond it.
        bool isBeyond = text.Length > 0 && text.AsSpan(text[0] == '+' ? 1 : 0).IndexOfAnyExceptInRange('0', '9') < 0
            && !T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
        string range = high == T.MaxValue && !isBeyond ? $"of at least {low}" : $"from {low} to {high}";
        result.AddError($"{what} a whole number {range}, not '{text}'");
        return null;
    }

    private static float? Real(ArgumentResult result, string name, Predicate<float> isValid, string range)
    {
        string text = result.Tokens[0].Value;
        if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value)
            && isValid(value))
        {
            return value;
        }

        result.AddError($"{name} needs a number{(range.Length > 0 ? " " : "")}{range}, not '{text}'");
        return null;
    }
}
