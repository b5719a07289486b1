using System.Text.Json.Serialization;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Reports;
using ManagedTransformer.Modules.Slots;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.ProductKeyMemory;

/// <summary>What a product-key memory is made of: the <c>memory</c> object of a model's configuration.</summary>
public sealed record ProductKeyMemoryConfig : IPositionwiseSlot, IRecordedSlot, IDescribedSlot
{
    /// <summary>Read heads H; each has queries and keys of its own, all read one table of values.</summary>
    public int Heads { get; set; } = 4;

    /// <summary>Half keys n per half and head, for n^2 slots; flat keys: the number of slots itself.</summary>
    public int NKeys { get; set; } = 512;

    /// <summary>Width dq of a query and of a whole key; product keys halve it.</summary>
    public int KeyDim { get; set; } = 256;

    /// <summary>Slots k that a head reads.</summary>
    public int TopK { get; set; } = 32;

    /// <summary>Batch norm on the query.</summary>
    public bool BatchNorm { get; set; } = true;

    /// <summary>Whether the query's linear maps have biases.</summary>
    public bool QueryBias { get; set; } = true;

    /// <summary>Widths between several linear maps of the query network; empty: one map.</summary>
    public int[] QueryHidden { get; set; } = [];

    /// <summary>Epsilon of the batch norms.</summary>
    public float BnEps { get; set; } = 1e-5f;

    /// <summary>Weight of the newest batch in their running statistics.</summary>
    public float BnMomentum { get; set; } = 0.1f;

    /// <summary>Searches <see cref="NKeys"/> whole keys exhaustively instead of pairs of half keys.</summary>
    public bool FlatKeys { get; set; }

    /// <summary>Flat keys: all heads have the same.</summary>
    public bool SharedKeys { get; set; }

    /// <summary>All memories of a model read one table of values.</summary>
    public bool ShareValues { get; set; }

    /// <summary>Width of a value and of the output; absent: the width of the input.</summary>
    public int? ValueDim { get; set; }

    /// <summary>Dropout on the input.</summary>
    public float InputDropout { get; set; }

    /// <summary>Dropout on the query.</summary>
    public float QueryDropout { get; set; }

    /// <summary>Dropout on the output.</summary>
    public float ValueDropout { get; set; }

    /// <summary>
    /// Whether the gradient of the values is a list of the rows that were read, of which the optimiser updates only these; otherwise it is
    /// as large as the table.
    /// </summary>
    public bool SparseValues { get; set; } = true;

    /// <summary>Number of slots S: rows of the table of values.</summary>
    [JsonIgnore]
    public long Slots => FlatKeys ? NKeys : (long)NKeys * NKeys;

    /// <summary>Width of the values for an input of a width.</summary>
    /// <param name="inputDim">Width of the input.</param>
    public int ValueWidth(int inputDim) => ValueDim ?? inputDim;

    /// <summary>Checks every value.</summary>
    /// <param name="where">Named in the error, for instance the recipe's path and the key of this object.</param>
    /// <exception cref="InputException">A value out of its range, or two that exclude each other.</exception>
    public void Validate(string where)
    {
        OptionChecks checks = new($"{where}.");
        checks.Positive(Heads, "heads");
        checks.Positive(NKeys, "n_keys");
        checks.Positive(KeyDim, "key_dim");
        checks.Positive(ValueDim ?? 1, "value_dim");
        foreach (int width in QueryHidden)
        {
            checks.Positive(width, "query_hidden");
        }

        checks.Rate(InputDropout, "input_dropout");
        checks.Rate(QueryDropout, "query_dropout");
        checks.Rate(ValueDropout, "value_dropout");
        checks.Require(FlatKeys || KeyDim % 2 == 0, $"key_dim is {KeyDim}, product keys need an even width.");
        checks.Require(TopK >= 1 && TopK <= NKeys, $"top_k is {TopK}, it must be at least 1 and at most n_keys ({NKeys}).");
        checks.Require(Slots <= int.MaxValue, $"n_keys is {NKeys}, which makes {Slots} slots; {int.MaxValue} is the most.");
        checks.Require(FlatKeys || !SharedKeys, "shared_keys needs flat_keys.");
        checks.Require(BnEps > 0, $"bn_eps is {BnEps}, it must be positive.");
        checks.Require(BnMomentum is >= 0 and <= 1, $"bn_momentum is {BnMomentum}, it must be from 0 to 1.");
    }

    void ISlot.Validate(ModelSizes model, string where)
    {
        Validate($"{where}.memory");
        if (ValueDim is { } width && width != model.Dim)
        {
            throw new InputException(
                $"{where}.memory.value_dim ({width}) must be model.dim ({model.Dim}), "
                + "since the memory's output is added to the residual stream.");
        }
    }

    PositionwiseModule IPositionwiseSlot.Create(TransformerLayerOptions layer, PositionwiseModule? first, RandomSource random) =>
        new ProductKeyMemory(this, layer.Dim, random, ShareValues ? ((ProductKeyMemory?)first)?.Values : null);

    IMechanismRecorder IRecordedSlot.CreateRecorder(LayerStack stack, ModelSizes sizes) => new MemoryRecorder(stack);

    MechanismReport? IDescribedSlot.Describe(ModelFacts model) =>
        model.ReadMetrics(MemoryJson.Member, MemoryJson.Default.IReadOnlyListMemoryDetails) is { } memories
            ? new MemoryReport(memories)
            : null;

    /// <summary>Widths behind the query network's linear maps: the hidden ones, then H dq.</summary>
    internal IEnumerable<int> QueryWidths() => QueryHidden.Append(Heads * KeyDim);
}
