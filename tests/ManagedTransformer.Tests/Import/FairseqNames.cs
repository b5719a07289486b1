namespace ManagedTransformer.Tests.Import;

/// <summary>The names that fairseq's releases have for the parts of a layer.</summary>
internal static class FairseqNames
{
    /// <summary>Names of the layers of a side as later releases have them.</summary>
    /// <param name="file">The file.</param>
    /// <param name="ours">What our names begin with: <c>encoder.</c>, <c>decoder.</c>, or nothing in a language model.</param>
    /// <param name="theirs">What theirs begin with.</param>
    public static ForeignFile Layers(ForeignFile file, string ours, string theirs)
    {
        string start = $"^{ours.Replace(".", @"\.", StringComparison.Ordinal)}layers", layer = $"{theirs}layers.$1";
        bool hasCross = ours == "decoder.";
        return file.Rename($@"{start}\.(\d)\.attn\.(q|k|v)[a-z]+\.", $"{layer}.self_attn.$2_proj.")
            .Rename($@"{start}\.(\d)\.attn\.out\.", $"{layer}.self_attn.out_proj.")
            .Rename($@"{start}\.(\d)\.cross_attn\.(q|k|v)[a-z]+\.", $"{layer}.encoder_attn.$2_proj.")
            .Rename($@"{start}\.(\d)\.cross_attn\.out\.", $"{layer}.encoder_attn.out_proj.")
            .Rename($@"{start}\.(\d)\.norm1\.", $"{layer}.self_attn_layer_norm.")
            .Rename($@"{start}\.(\d)\.norm2\.", hasCross ? $"{layer}.encoder_attn_layer_norm." : $"{layer}.final_layer_norm.")
            .Rename($@"{start}\.(\d)\.norm3\.", $"{layer}.final_layer_norm.")
            .Rename($@"{start}\.(\d)\.ffn\.", $"{layer}.");
    }

    /// <summary>Puts queries, keys and values into one matrix and one bias, as releases up to 0.8 have them.</summary>
    public static ForeignFile Join(ForeignFile file)
    {
        foreach (string weight in file.Names(@"q_proj\.weight"))
        {
            string attention = weight[..^"q_proj.weight".Length];
            file.Join($"{attention}in_proj_weight", [.. "qkv".Select(part => $"{attention}{part}_proj.weight")]);
            file.Join($"{attention}in_proj_bias", [.. "qkv".Select(part => $"{attention}{part}_proj.bias")]);
        }

        return file;
    }

    /// <summary>Gives norms the numbers that they had before they had names.</summary>
    public static ForeignFile NumberNorms(ForeignFile file) => file.Rename("self_attn_layer_norm", "layer_norms.0")
        .Rename("encoder_attn_layer_norm", "layer_norms.1")
        .Rename(@"^(encoder.*)\.final_layer_norm", "$1.layer_norms.1").Rename(@"^(decoder.*)\.final_layer_norm", "$1.layer_norms.2");
}
