using System.CommandLine;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Generation;

namespace ManagedTransformer.Cli.Options;

/// <summary>The options that say how translations are searched.</summary>
internal sealed class SearchOptions
{
    private static readonly TranslationOptions _defaults = new();

    private readonly Option<float?> _lengthPenalty = CommonOptions.Real(
        "--length-penalty",
        "Scores of translations are divided by length to this power (default: 1); above 1 favours long ones.",
        _ => true,
        "");
    private readonly Option<float?> _factor = CommonOptions.Real("--max-len-a", "Most target tokens per source token (default: 1.2).",
        value => value >= 0, "of at least 0");
    private readonly Option<int?> _constant = CommonOptions.Number(
        "--max-len-b", "Most target tokens besides (default: 10).", 0, int.MaxValue);
    private readonly Option<int?> _beam, _batch;
    private readonly Option<string?> _tooLong;
    private readonly int _beamDefault;

    /// <summary>The options of a command.</summary>
    /// <param name="batchDefault">How its help tells the default of <c>--batch</c>.</param>
    /// <param name="beamDefault">The default of <c>--beam</c>; null: the usual one.</param>
    public SearchOptions(string batchDefault, int? beamDefault = null)
    {
        _beamDefault = beamDefault ?? _defaults.Search.Beam;
        _beam = CommonOptions.Positive("--beam", $"Hypotheses per sentence to translate (default: {_beamDefault}); 1 is greedy.");
        _batch = CommonOptions.Positive("--batch", $"Sentences to translate at once (default: {batchDefault}).");
        _tooLong = TooLongOption.Create(
            "What happens to sentences that are longer than the model reads: refused (the default), left out, or left empty; each is "
            + "named by file and line.");
    }

    /// <summary>The options.</summary>
    public IReadOnlyList<Option> All => [_beam, _lengthPenalty, _factor, _constant, _batch, _tooLong];

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in All)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Reads the options that were given.</summary>
    /// <param name="result">The parsed command line.</param>
    /// <param name="terminal">Told on standard error what is left out.</param>
    /// <param name="batch">The number of sentences at once where none is given.</param>
    public TranslationOptions Read(ParseResult result, Terminal terminal, int batch) => new()
    {
        Search = _defaults.Search with
        {
            Beam = result.GetValue(_beam) ?? _beamDefault,
            LengthPenalty = result.GetValue(_lengthPenalty) ?? _defaults.Search.LengthPenalty,
            MaxLengthFactor = result.GetValue(_factor) is { } factor ? CommonOptions.Exactly(factor) : _defaults.Search.MaxLengthFactor,
            MaxLengthConstant = result.GetValue(_constant) ?? _defaults.Search.MaxLengthConstant,
        },
        Batch = result.GetValue(_batch) ?? batch,
        TooLong = TooLongOption.Parse(result.GetValue(_tooLong)) ?? _defaults.TooLong,
        Observer = terminal.Error.WriteLine,
    };

    /// <summary>The usual number of sentences at once.</summary>
    public static int DefaultBatch => _defaults.Batch;
}
