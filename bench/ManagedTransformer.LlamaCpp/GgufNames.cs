namespace ManagedTransformer.LlamaCpp;

/// <summary>What GGUF files call a Llama's tensors.</summary>
internal static class GgufNames
{
    private static readonly Dictionary<string, string> _parts = new()
    {
        ["norm1"] = "attn_norm",
        ["norm2"] = "ffn_norm",
        ["attn.query"] = "attn_q",
        ["attn.key"] = "attn_k",
        ["attn.value"] = "attn_v",
        ["attn.out"] = "attn_output",
        ["ffn.gate"] = "ffn_gate",
        ["ffn.up"] = "ffn_up",
        ["ffn.down"] = "ffn_down",
    };

    /// <summary>The name of a parameter of ours, for instance <c>layers.3.attn.query.weight</c>.</summary>
    public static string Of(string parameter)
    {
        switch (parameter)
        {
            case "embed.weight":
                return "token_embd.weight";
            case "norm.weight":
                return "output_norm.weight";
            case "output.weight":
                return parameter;
        }

        string[] path = parameter.Split('.', 3);
        return $"blk.{path[1]}.{_parts[path[2][..path[2].LastIndexOf('.')]]}.weight";
    }
}
