namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>
/// Names of a Llama's tensors in files. Nothing is transposed or joined: every parameter of ours is one tensor,
/// <c>layers.3.attn.query.weight</c> is <c>model.layers.3.self_attn.q_proj.weight</c>.
/// </summary>
internal static class LlamaNames
{
    /// <summary>What stands before all names but the output projection's; files of models without one lack it.</summary>
    public const string Prefix = "model.";

    /// <summary>The output projection, which tied models need not have.</summary>
    public const string Output = "lm_head.weight";

    /// <summary>The table of tokens.</summary>
    public const string Embedding = Prefix + "embed_tokens.weight";

    // What stands between a layer's number and the point before weight or bias.
    private static readonly Dictionary<string, string> _parts = new()
    {
        ["norm1"] = "input_layernorm",
        ["norm2"] = "post_attention_layernorm",
        ["attn.query"] = "self_attn.q_proj",
        ["attn.key"] = "self_attn.k_proj",
        ["attn.value"] = "self_attn.v_proj",
        ["attn.out"] = "self_attn.o_proj",
        ["attn.query_norm"] = "self_attn.q_norm",
        ["attn.key_norm"] = "self_attn.k_norm",
        ["ffn.gate"] = "mlp.gate_proj",
        ["ffn.up"] = "mlp.up_proj",
        ["ffn.down"] = "mlp.down_proj",
    };

    /// <summary>The name in files of a parameter.</summary>
    /// <param name="parameter">Its name in the model.</param>
    public static string Of(string parameter)
    {
        switch (parameter)
        {
            case "embed.weight":
                return Embedding;
            case "output.weight":
                return Output;
            case "norm.weight":
                return Prefix + parameter;
        }

        string[] path = parameter.Split('.', 3);
        int last = path[2].LastIndexOf('.');
        return $"{Prefix}layers.{path[1]}.{_parts[path[2][..last]]}{path[2][last..]}";
    }
}
