using System.CommandLine;
using System.Globalization;
using ManagedTransformer.Cli.Exits;
using ManagedTransformer.Generation;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Cli.Options;

/// <summary>The options that say how <c>mt generate</c> chooses tokens and where it ends. Names are transformers', with hyphens.</summary>
internal sealed class GenerationOptionSet
{
    private readonly Option<int?> _tokens = CommonOptions.Positive("--tokens", "How many tokens to add.");

    private readonly Option<bool> _recommended = new("--recommended")
    {
        Description = "Draw as the model folder's generation_config.json recommends (temperature, top_k, top_p, min_p, typical_p, "
            + "repetition_penalty, no_repeat_ngram_size, do_sample); options that are given besides go first.",
    };

    private readonly Option<float?> _temperature = CommonOptions.Real("--temperature",
        "Below 1 is more certain, above 1 more varied, 0 takes the likeliest token (default: 1).", value => value >= 0, "of at least 0");

    private readonly Option<int?> _topK = CommonOptions.Number(
        "--top-k", "Draw from this many likeliest tokens only (default: 0, all).", 0, int.MaxValue);

    private readonly Option<float?> _topP = CommonOptions.Real("--top-p",
        "Draw from the likeliest tokens with this much probability (default: 1, all).", value => value is > 0 and <= 1,
        "above 0 and at most 1");

    private readonly Option<float?> _minP = CommonOptions.Real("--min-p",
        "Draw from tokens with at least this share of the likeliest one's probability (default: 0, all).", value => value is >= 0 and <= 1,
        "from 0 to 1");

    private readonly Option<float?> _typicalP = CommonOptions.Real("--typical-p",
        "Draw from the tokens with this much probability that are neither more nor less surprising than expected (default: 1, all).",
        value => value is > 0 and <= 1, "above 0 and at most 1");

    private readonly Option<float?> _repetition = CommonOptions.Real("--repetition-penalty",
        "Above 1, tokens of the text, prompt included, become less likely: positive scores are divided, negative ones multiplied "
        + "(default: 1, off).", value => value > 0, "above 0");

    private readonly Option<float?> _presence = CommonOptions.Real("--presence-penalty",
        "Taken from the scores of all tokens generated so far, as in OpenAI's API (default: 0).", _ => true, "");

    private readonly Option<float?> _frequency = CommonOptions.Real("--frequency-penalty",
        "Taken from the scores of all tokens generated so far, as often as each was, as in OpenAI's API (default: 0).", _ => true, "");

    private readonly Option<int?> _ngram = CommonOptions.Number("--no-repeat-ngram-size",
        "No tokens of this number stand in the text twice in the same order (default: 0, off).", 0, int.MaxValue);

    private readonly Option<string[]?> _bias = new("--logit-bias")
    {
        Description = "Add X to the score of a token, given by its id or its text; -inf rules it out; repeatable.",
        HelpName = "ID|TEXT=X",
    };

    private readonly Option<string[]?> _stopTokens = new("--stop-token")
    {
        Description = "End the text before this token, besides those that end the model's texts: its id or its text; repeatable.",
        HelpName = "ID|TEXT",
    };

    private readonly Option<string[]?> _stopStrings = new("--stop-string")
    {
        Description = "End the new text before this string, wherever tokens begin and end; repeatable.",
        HelpName = "TEXT",
    };

    private readonly Option<bool> _ignoreEnd = new("--ignore-eos")
    {
        Description = "Go on where the model ends its text; without it generation stops there.",
    };

    private readonly Option<int?> _logprobs = CommonOptions.Number("--logprobs",
        "Print with every token its log-probability and those of the N likeliest (with --json): of the model's own scores, before any "
        + "option changes them.", 0, int.MaxValue);

    private readonly Option<int?> _stride = CommonOptions.Positive(
        "--window-stride",
        "Where the text outgrows the model's positions: tokens by which the window of what it sees moves at a time (default: 1, which "
        + "reads the whole window again for every token).");

    private readonly Option<DepthRule?> _exits = ExitsOption.Single();

    /// <summary>The options.</summary>
    public GenerationOptionSet() => _tokens.Required = true;

    /// <summary><c>--seed</c></summary>
    public Option<ulong?> Seed { get; } = CommonOptions.Seed(
        "The same seed gives the same text (default: 1); each text of --samples counts it up.");

    /// <summary>True where the folder's recommendation is asked for.</summary>
    public bool IsRecommended(ParseResult result) => result.GetValue(_recommended);

    /// <summary>The options that say how tokens are drawn, which a beam search does not do.</summary>
    public IEnumerable<Option> Drawing => [_recommended, _temperature, _topK, _topP, _minP, _typicalP, Seed];

    /// <summary>What has no part in a beam search besides.</summary>
    public IEnumerable<Option> Stepwise => [_stopStrings, _logprobs, _stride];

    /// <summary>What prints with <c>--json</c> only.</summary>
    public Option LogProbabilities => _logprobs;

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])
        [
            _tokens, _recommended, _temperature, _topK, _topP, _minP, _typicalP, _repetition, _presence, _frequency, _ngram, _bias, Seed,
            _stopTokens, _stopStrings, _ignoreEnd, _logprobs, _exits, _stride,
        ])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Reads the options that were given.</summary>
    /// <param name="result">The parsed command line.</param>
    /// <param name="model">The model, whose tokens some of them name.</param>
    /// <param name="recommended">What its folder recommends; null for nothing.</param>
    /// <exception cref="UsageException">One of them has no effect, or names no token.</exception>
    public GenerationOptions Read(ParseResult result, LanguageModel model, RecommendedGeneration? recommended)
    {
        if (model.Network.Config.Exits is null)
        {
            CommonOptions.Refuse(result, "applies to depth-adaptive models; this one runs all layers", _exits);
        }

        if (model.Network.Config.PositionLimit == int.MaxValue)
        {
            CommonOptions.Refuse(
                result, "applies to models with a limited number of positions; this one reads texts of any length", _stride);
        }

        if (recommended is null)
        {
            CommonOptions.Refuse(
                result,
                "takes over what the model folder's generation_config.json recommends; this one has none, or one without advice",
                _recommended);
        }

        GenerationOptions defaults = result.GetValue(_recommended) ? recommended!.Options : new();
        return defaults with
        {
            MaxTokens = result.GetRequiredValue(_tokens)!.Value,
            Temperature = result.GetValue(_temperature) ?? defaults.Temperature,
            TopK = result.GetValue(_topK) ?? defaults.TopK,
            TopP = result.GetValue(_topP) ?? defaults.TopP,
            MinP = result.GetValue(_minP) ?? defaults.MinP,
            TypicalP = result.GetValue(_typicalP) ?? defaults.TypicalP,
            RepetitionPenalty = result.GetValue(_repetition) ?? defaults.RepetitionPenalty,
            PresencePenalty = result.GetValue(_presence) ?? defaults.PresencePenalty,
            FrequencyPenalty = result.GetValue(_frequency) ?? defaults.FrequencyPenalty,
            NoRepeatNgramSize = result.GetValue(_ngram) ?? defaults.NoRepeatNgramSize,
            LogitBias = ReadBias(result.GetValue(_bias) ?? [], model),
            Seed = result.GetValue(Seed) ?? defaults.Seed,
            Exits = result.GetValue(_exits),
            IgnoreEndOfText = result.GetValue(_ignoreEnd),
            WindowStride = result.GetValue(_stride) ?? defaults.WindowStride,
            StopTokens = [.. (result.GetValue(_stopTokens) ?? []).Select(token => FindToken("--stop-token", token, model))],
            StopStrings = result.GetValue(_stopStrings) ?? [],
            LogProbabilities = result.GetValue(_logprobs),
        };
    }

    /// <summary>The sentence about what the model's folder recommends and was not asked for; null where there is none.</summary>
    /// <param name="result">The parsed command line.</param>
    /// <param name="recommended">What the folder recommends.</param>
    public string? Advice(ParseResult result, RecommendedGeneration recommended)
    {
        string values = string.Join(", ", recommended.Values), others = string.Join(", ", recommended.Others);
        if (result.GetValue(_recommended))
        {
            return others.Length == 0 ? null : $"Of the model folder's generation_config.json is not taken over: {others}.";
        }

        // Who gives all of it has made a choice.
        bool isGiven = recommended.Values.All(value => Named(value.Split(' ')[0]) is { } option
            && result.GetResult(option) is { Implicit: false });
        return isGiven ? null : $"The model folder's generation_config.json recommends {values}; --recommended takes that over.";

        Option? Named(string key) => new Option[] { _temperature, _topK, _topP, _minP, _typicalP, _repetition, _ngram }
            .FirstOrDefault(option => option.Name == $"--{key.Replace('_', '-')}");
    }

    private static Dictionary<int, float> ReadBias(string[] given, LanguageModel model)
    {
        Dictionary<int, float> bias = [];
        foreach (string text in given)
        {
            int split = text.LastIndexOf('=');
            if (split < 1 || !float.TryParse(text.AsSpan(split + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out float value)
                || float.IsNaN(value) || float.IsPositiveInfinity(value))
            {
                if (split < 1 || !text.AsSpan(split + 1).Equals("-inf", StringComparison.OrdinalIgnoreCase))
                {
                    throw new UsageException($"--logit-bias needs a token, = and a number or -inf, not '{text}'.");
                }

                value = float.NegativeInfinity;
            }

            int token = FindToken("--logit-bias", text[..split], model);
            if (!bias.TryAdd(token, value))
            {
                throw new UsageException($"--logit-bias names the token '{text[..split]}' twice.");
            }
        }

        return bias;
    }

    // An id, or the text of a token that the vocabulary has as one.
    private static int FindToken(string option, string token, LanguageModel model)
    {
        int size = model.Tokenizer.VocabularySize;
        if (int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id < size)
        {
            return id;
        }

        return Tokenizer.FindToken(model.Tokenizer, token) ?? throw new UsageException(
            $"{option} '{token}' is neither an id below {size} nor one token of the vocabulary.");
    }
}
