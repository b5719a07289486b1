using ManagedTransformer.Generation;
using ManagedTransformer.Tests.Generation;

namespace ManagedTransformer.Tests.Golden.Baseline;

internal sealed class BeamSearchTableSystem : IGoldenSystem
{
    public string Name => "beam_search_table";

    /// <summary>The options of a search as the config gives them.</summary>
    public static BeamSearchOptions Options(GoldenConfig config) => new()
    {
        Beam = config.Int("beam"),
        LengthPenalty = config.Double("length_penalty", 1),
        Penalty = config.Text("penalty", "power") switch
        {
            "power" => LengthPenaltyKind.Power,
            "gnmt" => LengthPenaltyKind.Gnmt,
            string other => throw new InvalidDataException($"unknown length penalty '{other}'"),
        },
        Normalize = config.Bool("normalize", true),
        MaxLengthFactor = config.Double("max_len_a", 0),
        MaxLengthConstant = config.Int("max_len_b", 200),
        MinLength = config.Int("min_len", 1),
        UnknownPenalty = config.Float("unk_penalty", 0),
    };

    public void Run(GoldenCase test, GoldenCheck check)
    {
        BeamSearchOptions options = Options(test.Config);
        TableModel model = new(test.Values("in/log_probs"), test.ShapeOf("in/log_probs")[0], options.Beam);
        Search(model, options, test.Config.Int("src_len"), check);
    }

    /// <summary>Searches one sentence and compares the hypotheses and the decisions that led to them.</summary>
    public static IReadOnlyList<Hypothesis> Search(ISearchModel model, BeamSearchOptions options, int sourceLength, GoldenCheck check)
    {
        List<BeamCandidate> live = [];
        BeamSearch search = new(options) { Observer = (_, candidates) => live.AddRange(candidates) };
        IReadOnlyList<Hypothesis> found = search.Search(model, [sourceLength])[0];
        int width = check.Case.ShapeOf("out/tokens")[1];
        check.Compare("out/lengths", [.. found.Select(hypothesis => (double)hypothesis.Tokens.Count)]);
        check.Compare("out/scores", [.. found.Select(hypothesis => hypothesis.Score)]);
        check.Compare("out/tokens", [.. found.SelectMany(hypothesis => Pad(hypothesis.Tokens.Select(token => (double)token), width, 1))]);
        check.Compare("out/token_log_probs",
            [.. found.SelectMany(hypothesis => Pad(hypothesis.TokenLogProbabilities.Select(value => (double)value), width, 0))]);
        check.Compare("out/step_parent", [.. live.Select(candidate => (double)candidate.Parent)]);
        check.Compare("out/step_token", [.. live.Select(candidate => (double)candidate.Token)]);
        check.Compare("out/step_score", [.. live.Select(candidate => candidate.Score)]);
        return found;
    }

    private static IEnumerable<double> Pad(IEnumerable<double> values, int width, double padding) =>
        values.Concat(Enumerable.Repeat(padding, width)).Take(width);
}
