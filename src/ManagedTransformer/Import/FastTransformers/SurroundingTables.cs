using ManagedTransformer.Import.Sources;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Import.FastTransformers;

/// <summary>
/// The tables that users put around an encoder: tokens, positions and output, found by name and shape. Where several would do, or none, the
/// user says which by <c>--rename</c>.
/// </summary>
internal sealed class SurroundingTables
{
    private const string Tokens = "embed.weight", PositionTable = "positions.weight", Output = "output.weight", OutputBias = "output.bias";

    private static readonly string[] _outputs = ["predictor", "lm_head", "head", "output", "decoder", "fc"];

    private readonly ImportSource _source;
    private readonly WeightPlan _plan;
    private readonly string _tokens, _output;
    private readonly string? _positions, _bias;
    private readonly int _dim;

    /// <summary>The tables of a checkpoint.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <param name="plan">Gets the rules.</param>
    /// <param name="prefix">What stands before names of the encoder.</param>
    /// <param name="dim">Its width.</param>
    /// <exception cref="InputException">A table is missing, or several would do.</exception>
    public SurroundingTables(ImportSource source, WeightPlan plan, string prefix, int dim)
    {
        (_source, _plan, _dim) = (source, plan, dim);
        StateDictionary state = plan.State;
        string[] outside = [.. state.Names.Where(name => !IsInside(name, prefix))];
        _tokens = Find(Tokens, "table of tokens",
            [.. outside.Where(name => IsTable(state.Get(name)!) && IsTokens(name))]);
        Vocabulary = state.Size(_tokens, 2, 0);
        string[] positions = [.. outside.Where(name => name != _tokens && IsPositions(name) && RowsOf(state.Get(name)!) > 0)];
        _positions = positions.Length == 0 && !source.Options.Renames.ContainsKey(PositionTable)
            ? null
            : Find(PositionTable, "table of positions", positions);
        Positions = _positions is null ? 0 : RowsOf(state.Get(_positions) ?? throw Missing(_positions));
        _output = Find(Output, "output projection", [.. outside.Where(IsOutput)]);
        string bias = plan.Named(OutputBias, _output.EndsWith(".weight", StringComparison.Ordinal) ? _output[..^6] + "bias" : _output);
        _bias = bias != _output && state.Has(bias) ? bias : null;
        IsTied = state.AreEqual(_tokens, _output);

        bool IsOutput(string name) => name != _tokens && name.EndsWith(".weight", StringComparison.Ordinal)
            && _outputs.Contains(name.Split('.')[^2]) && state.Get(name)!.Sizes.SequenceEqual([Vocabulary, dim]);
    }

    /// <summary>Number of ids.</summary>
    public int Vocabulary { get; }

    /// <summary>Number of positions; 0 for a model without.</summary>
    public int Positions { get; }

    /// <summary>Whether the output projection is the table of tokens.</summary>
    public bool IsTied { get; }

    /// <summary>Whether it has a bias.</summary>
    public bool HasBias => _bias is not null;

    /// <summary>Adds the rules of the tables.</summary>
    public void Map()
    {
        _plan.Copy(Tokens, _tokens);
        if (_positions is not null)
        {
            // [max, D], or a buffer [1, max, D].
            _plan.Reshape(PositionTable, _positions, Positions, _dim);
        }

        if (IsTied)
        {
            _plan.State.Use(_output);
        }
        else
        {
            _plan.Copy(Output, _output);
        }

        if (_bias is not null)
        {
            _plan.Copy(OutputBias, _bias);
        }
    }

    private static bool IsInside(string name, string prefix) => name.StartsWith($"{prefix}layers.", StringComparison.Ordinal)
        || name == $"{prefix}norm.weight" || name == $"{prefix}norm.bias";

    // The last part of a name but weight: embedding.weight, model.wte.weight, or a bare parameter.
    private static string Part(string name)
    {
        string[] parts = name.Split('.');
        return (parts.Length > 1 && parts[^1] == "weight" ? parts[^2] : parts[^1]).ToLowerInvariant();
    }

    private static bool IsPositions(string name) =>
        Part(name) is var part && (part.StartsWith("pos", StringComparison.Ordinal) || part is "pe" or "wpe");

    private static bool IsTokens(string name) =>
        Part(name) is var part && !IsPositions(name) && (part.Contains("emb", StringComparison.Ordinal) || part == "wte");

    private bool IsTable(TorchTensor tensor) => tensor.Sizes.Count == 2 && tensor.Sizes[1] == _dim && tensor.Sizes[0] > 0;

    private int RowsOf(TorchTensor tensor) => tensor.Sizes switch
    {
        [var rows, var width] when width == _dim && rows is > 0 and < int.MaxValue => (int)rows,
        [1, var rows, var width] when width == _dim && rows is > 0 and < int.MaxValue => (int)rows,
        _ => 0,
    };

    private string Find(string ours, string what, string[] candidates)
    {
        if (_source.Options.Renames.TryGetValue(ours, out string? named))
        {
            return _plan.State.Has(named) ? named : throw Missing(named);
        }

        return candidates.Length == 1 ? candidates[0] : throw _source.Refuse(candidates.Length == 0
            ? $"its {what} is not found; name it by --rename {ours}=NAME"
            : $"its {what} may be any of {string.Join(", ", candidates.Take(5).Select(name => $"'{name}'"))}; choose by --rename "
                + $"{ours}=NAME");
    }

    private InputException Missing(string name) => _source.Refuse($"it has no tensor '{name}', which --rename names");
}
