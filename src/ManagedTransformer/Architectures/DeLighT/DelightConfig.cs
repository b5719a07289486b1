using System.Numerics;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Reports;
using ManagedTransformer.Modules.Slots;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DeLighT;

/// <summary>
/// The <c>delight</c> object of a model's configuration: a deep unit in front of every self-attention, attention of half the model's width
/// with one head, and token embeddings of <see cref="MapDim"/> features that a unit of their own widens (Mehta et al., 2021).
/// </summary>
public sealed record DelightConfig : ILayerSlot, IEmbeddingSlot, IDescribedSlot
{
    /// <summary>N_min: grouped layers of the first block's unit; at least 2.</summary>
    public int MinDepth { get; set; } = 4;

    /// <summary>N_max: grouped layers of the last block's unit; the presets have as many blocks.</summary>
    public int MaxDepth { get; set; } = 8;

    /// <summary>m_w: width multiplier of the first block.</summary>
    public double WidthMult { get; set; } = 2;

    /// <summary>g_max: most groups of a grouped layer; 0: the least power of two that is at least dim / 32.</summary>
    public int MaxGroups { get; set; }

    /// <summary>DExTra or DeFINE, for all units.</summary>
    public UnitMode Mode { get; set; }

    /// <summary>Shuffles features between groups (DExTra).</summary>
    public bool Shuffle { get; set; } = true;

    /// <summary>Mixes the projected input into every grouped layer's input.</summary>
    public bool Mixer { get; set; } = true;

    /// <summary>d_map: width of the table of tokens and of the classifier.</summary>
    public int MapDim { get; set; } = 128;

    /// <summary>Grouped layers of the embedding's unit.</summary>
    public int EmbDepth { get; set; } = 4;

    /// <summary>Width multiplier of the embedding's unit.</summary>
    public double EmbWidthMult { get; set; } = 2;

    /// <summary>Most groups of the embedding's unit; 0: as <see cref="MaxGroups"/>.</summary>
    public int EmbMaxGroups { get; set; }

    /// <summary>Dropout after each layer of every unit.</summary>
    public float UnitDropout { get; set; }

    /// <summary>
    /// Dropout on looked-up embeddings and again on the sum with positions, one mask per sequence and feature for all positions.
    /// </summary>
    public float SharedDropout { get; set; } = 0.1f;

    int IEmbeddingSlot.TableWidth => MapDim;

    // Padding at the end of a text sees itself, as in the authors' code; nothing else sees it.
    bool ILayerSlot.MasksPadding => false;

    /// <inheritdoc/>
    public void Validate(ModelSizes model, string where)
    {
        OptionChecks checks = new($"{where}.");
        int dim = model.Dim;
        checks.Require(dim % 2 == 0, $"dim is {dim}, it must be even with delight: attention has half of it.");
        checks.Require(MinDepth >= 2, $"delight.min_depth is {MinDepth}, a unit has at least 2 grouped layers.");
        checks.Require(MaxDepth >= MinDepth, $"delight.max_depth ({MaxDepth}) must not be below min_depth ({MinDepth}).");
        checks.Require(WidthMult > 0 && double.IsFinite(WidthMult), $"delight.width_mult is {WidthMult}, it must be above 0.");
        checks.Require(EmbWidthMult > 0 && double.IsFinite(EmbWidthMult), $"delight.emb_width_mult is {EmbWidthMult}, it must be above 0.");
        checks.Require(EmbDepth >= 2, $"delight.emb_depth is {EmbDepth}, a unit has at least 2 grouped layers.");
        checks.Require(MapDim > 0, $"delight.map_dim is {MapDim}, it must be positive.");
        checks.Require(MaxGroups >= 0 && EmbMaxGroups >= 0, "delight.max_groups and emb_max_groups must not be negative.");
        checks.Rate(UnitDropout, "delight.unit_dropout");
        checks.Rate(SharedDropout, "delight.shared_dropout");
        _ = Units(dim, model.Layers, Activation.Silu, where);
        _ = EmbeddingUnit(dim, Activation.Silu, where);
        if (dim / 2 % model.Heads != 0)
        {
            throw new InputException(
                $"{where}.heads ({model.Heads}) must divide half of model.dim ({dim}), the width of attention with model.delight.");
        }
    }

    /// <summary>
    /// Grouped layers and width multiplier of every block: N^b = floor(N_min + b (N_max - N_min) / (B - 1)), w^b = m_w + b
    /// (N_max / N_min - 1) / (B - 1) rounded to three decimals. Equal least and greatest depths scale nothing.
    /// </summary>
    /// <param name="blocks">B.</param>
    public IReadOnlyList<(int Depth, double Width)> Scaling(int blocks)
    {
        if (MinDepth == MaxDepth || blocks == 1)
        {
            return [.. Enumerable.Repeat((MinDepth, WidthMult), blocks)];
        }

        double depthStep = (double)(MaxDepth - MinDepth) / (blocks - 1), lastWidth = WidthMult + ((double)MaxDepth / MinDepth) - 1;
        double widthStep = (lastWidth - WidthMult) / (blocks - 1);
        return
        [
            .. Enumerable.Range(0, blocks).Select(b => b == blocks - 1
                ? (MaxDepth, Math.Round(lastWidth, 3, MidpointRounding.ToEven))
                : ((int)Math.Floor((b * depthStep) + MinDepth), Math.Round((b * widthStep) + WidthMult, 3, MidpointRounding.ToEven))),
        ];
    }

    /// <summary>The units of all blocks, d_m to d_m / 2.</summary>
    /// <param name="dim">d_m.</param>
    /// <param name="blocks">B.</param>
    /// <param name="activation">Within the units.</param>
    /// <param name="where">Named in errors.</param>
    internal IReadOnlyList<UnitPlan> Units(int dim, int blocks, Activation activation, string where) =>
    [
        .. Scaling(blocks).Select((block, i) => UnitPlan.Create(
            Options(dim, dim / 2, dim / 2, block.Width, block.Depth, Groups(dim), activation), $"{where}.delight: block {i}")),
    ];

    /// <summary>The embedding's unit, d_map to d_m.</summary>
    /// <param name="dim">d_m.</param>
    /// <param name="activation">Within the unit.</param>
    /// <param name="where">Named in errors.</param>
    internal UnitPlan EmbeddingUnit(int dim, Activation activation, string where) => UnitPlan.Create(
        Options(MapDim, dim / 2, dim, EmbWidthMult, EmbDepth, EmbMaxGroups == 0 ? Groups(dim) : EmbMaxGroups, activation),
        $"{where}.delight: the embedding");

    IReadOnlyList<TransformerLayer> ILayerSlot.CreateLayers(
        TransformerLayerOptions layer, int count, int? memoryDim, RandomSource random) =>
        [.. Units(layer.Dim, count, layer.Activation, "model").Select(unit => DelightLayers.Create(layer, unit, memoryDim, random))];

    EmbeddingStage IEmbeddingSlot.CreateStage(int dim, Activation activation, AbsolutePositions? positions, RandomSource random) =>
        new DelightEmbedding(EmbeddingUnit(dim, activation, "model"), positions, SharedDropout, random);

    MechanismReport IDescribedSlot.Describe(ModelFacts model) =>
        new DelightReport(new DelightCost(this, model.Sizes.Dim, model.Sizes.Layers, model.FeedForward), model);

    private int Groups(int dim) => MaxGroups > 0 ? MaxGroups : (int)BitOperations.RoundUpToPowerOf2((uint)((dim + 31) / 32));

    private UnitOptions Options(int input, int projection, int output, double width, int depth, int groups, Activation activation) => new()
    {
        Input = input,
        Projection = projection,
        Output = output,
        WidthMultiplier = width,
        Depth = depth,
        MaxGroups = groups,
        Mode = Mode,
        Shuffle = Shuffle,
        Mixer = Mixer,
        Activation = activation,
        Dropout = UnitDropout,
    };
}
