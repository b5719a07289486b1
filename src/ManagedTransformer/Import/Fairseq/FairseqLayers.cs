using ManagedTransformer.Import.Sources;

namespace ManagedTransformer.Import.Fairseq;

/// <summary>The layers of a side of a model, in all the names that releases of fairseq have had for their parts.</summary>
/// <param name="file">The checkpoint, whose plan gets the rules.</param>
internal sealed class FairseqLayers(FairseqFile file)
{
    private readonly StateDictionary _state = file.State;
    private readonly WeightPlan _plan = file.Plan;

    /// <summary>Adds the rules of a layer of an encoder or of a language model.</summary>
    /// <param name="ours">Our name of the layer.</param>
    /// <param name="theirs">Theirs.</param>
    public void MapLayer(string ours, string theirs)
    {
        MapAttention($"{ours}.attn", $"{theirs}.self_attn");
        MapNorm($"{ours}.norm1", theirs, "self_attn_layer_norm", 0);
        MapFeedForward(ours, theirs);
        MapNorm($"{ours}.norm2", theirs, "final_layer_norm", 1);
    }

    /// <summary>Adds the rules of a decoder layer that attends to a source.</summary>
    /// <param name="ours">Our name of the layer.</param>
    /// <param name="theirs">Theirs.</param>
    public void MapDecoderLayer(string ours, string theirs)
    {
        MapAttention($"{ours}.attn", $"{theirs}.self_attn");
        MapNorm($"{ours}.norm1", theirs, "self_attn_layer_norm", 0);
        MapAttention($"{ours}.cross_attn", $"{theirs}.encoder_attn");
        MapNorm($"{ours}.norm2", theirs, "encoder_attn_layer_norm", 1);
        MapFeedForward(ours, theirs);
        MapNorm($"{ours}.norm3", theirs, "final_layer_norm", 2);
    }

    private void MapFeedForward(string ours, string theirs)
    {
        _plan.CopyBoth($"{ours}.ffn.fc1", $"{theirs}.fc1");
        _plan.CopyBoth($"{ours}.ffn.fc2", $"{theirs}.fc2");
    }

    // Norms had numbers before they had names.
    private void MapNorm(string ours, string layer, string name, int number)
    {
        string numbered = $"{layer}.layer_norms.{number}";
        _plan.CopyBoth(ours, _state.Has($"{numbered}.weight") ? numbered : $"{layer}.{name}");
    }

    // Three maps side by side, or one behind the other: rows of queries, keys and values; or three matrices and one bias.
    private void MapAttention(string ours, string theirs)
    {
        string whole = $"{theirs}.in_proj_weight", bias = $"{theirs}.in_proj_bias";
        string[] parts = ["query", "key", "value"], letters = ["q", "k", "v"];
        int rows = _state.Get(whole) is { Sizes: [var size, _] } && size % 3 == 0 ? (int)(size / 3) : 0;
        int biases = _state.Get(bias) is { Sizes: [var length] } && length % 3 == 0 ? (int)(length / 3) : 0;
        for (int i = 0; i < parts.Length; i++)
        {
            string our = $"{ours}.{parts[i]}", their = $"{theirs}.{letters[i]}_proj";
            if (_state.Has(whole))
            {
                _plan.Rows($"{our}.weight", whole, i * rows, rows);
            }
            else
            {
                _plan.Copy($"{our}.weight", _state.Has($"{their}_weight") ? $"{their}_weight" : $"{their}.weight");
            }

            if (_state.Has(bias))
            {
                _plan.Rows($"{our}.bias", bias, i * biases, biases);
            }
            else
            {
                _plan.Copy($"{our}.bias", $"{their}.bias");
            }
        }

        _plan.CopyBoth($"{ours}.out", $"{theirs}.out_proj");
    }
}
