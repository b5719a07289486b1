using ManagedTransformer.Import.Sources;

namespace ManagedTransformer.Tests.Torch;

/// <summary>Checkpoints of models that ask for much more than they hold: by settings, or by names of one tensor.</summary>
internal static class HostileModels
{
    /// <summary>All of them.</summary>
    public static IEnumerable<HostileFile> All()
    {
        yield return Xlm("two thousand million layers", p => p.Text("n_layers").Int(2_000_000_000), "2000000000 layers");
        yield return Xlm("layers below zero", p => p.Text("n_layers").Int(-3), "n_layers");
        yield return Xlm("a number of heads of 2^63", p => p.Text("n_layers").Int(1).Text("n_heads").Op(0x8A, 9).Op(new byte[8]).Op(1),
            "n_heads");
        yield return Xlm("a very long list of settings", p => Memory(p, q => q.Text(string.Join(',', Enumerable.Repeat("1", 1 << 20)))),
            "mem_query_layer_sizes");
        yield return Xlm("very many query layers",
            p => Memory(p, q => q.Text(string.Join(',', Enumerable.Repeat("1", 9_000)))), "mem_query_layer_sizes");
        yield return Named("very many layers", ForeignKind.Fairseq, "args", 100_000, "decoder.layers.{0}.fc1.weight", "100000 layers");
        yield return Named("very many layers with spans", ForeignKind.AdaptiveSpan, "args", 100_000, "layers.{0}.ff.fc1.weight",
            "layers", p => Square(p, "in_emb.weight").Text("key_pe").Tensor("FloatStorage", "0", 4, 0, [1, 2, 2], [4, 2, 1]));
        yield return Named("very many encoder layers", ForeignKind.FastTransformers, "args", 100_000, "layers.{0}.linear1.weight",
            "--heads",
            p => Square(p, "layers.0.attention.query_projection.weight"));
        yield return Named("very many encoders", ForeignKind.FastTransformers, "args", 100_000,
            "e{0}.layers.0.attention.query_projection.weight", "several encoders");
        yield return Named("very many tensors without a use", ForeignKind.T2R, "args", 100_000, "more.{0}", "layers");
        yield return HostileFile.Pickle("a depth of two thousand million", p =>
        {
            p.Op("}(").Text("args").Op("}(").Text("arch").Text("delight_transformer_lm");
            foreach (string setting in (string[])["dec_min_depth", "dec_max_depth", "dec_max_groups", "emb_map_dim", "emb_depth",
                "emb_max_groups"])
            {
                p.Text($"delight_{setting}").Int(2_000_000_000);
            }

            p.Op("u").Text("model").Op("}(");
            foreach (string name in (string[])["decoder.layers.0.fc1.weights", "decoder.embed_tokens.map_layer.weight",
                "decoder.embed_tokens.dextra_layer.output_layer.weights"])
            {
                Square(p, name);
            }

            p.Op("uu.");
        }, "delight_") with
        { From = ForeignKind.Delight };
    }

    private static PickleBuilder Square(PickleBuilder pickle, string name) =>
        pickle.Text(name).Tensor("FloatStorage", "0", 4, 0, [2, 2], [2, 1]);

    private static void Memory(PickleBuilder pickle, Action<PickleBuilder> sizes)
    {
        pickle.Text("n_layers").Int(1).Text("n_heads").Int(1).Text("use_memory").Op(0x88).Text("mem_k_dim").Int(2).Text("mem_enc_positions")
            .Op("](K\u0000").Text("in").Op("\u0086e").Text("mem_query_layer_sizes");
        sizes(pickle);
    }

    private static HostileFile Xlm(string name, Action<PickleBuilder> settings, params string[] words) => HostileFile.Pickle(name, p =>
    {
        p.Op("}(").Text("params").Op("}(").Text("clm_steps").Text("en");
        settings(p);
        p.Op("u").Text("model").Op("}(");
        foreach (string tensor in (string[])["embeddings.weight", "position_embeddings.weight", "memories.0_in.keys"])
        {
            Square(p, tensor);
        }

        p.Op("uu.");
    }, words) with
    { From = ForeignKind.Xlm };

    // One tensor under very many names.
    private static HostileFile Named(string name, ForeignKind kind, string settings, int count, string names, string word,
        Action<PickleBuilder>? more = null) => HostileFile.Pickle(name, p =>
    {
        p.Op("}(").Text(settings).Op("}").Text("use_rfa").Op((byte)(kind == ForeignKind.T2R ? 0x88 : 0x89), (byte)'s');
        p.Text("model").Op("}(").Text(string.Format(null, names, 0)).Tensor("FloatStorage", "0", 4, 0, [4], [1]).Op("q\u0005");
        for (int i = 1; i < count; i++)
        {
            p.Text(string.Format(null, names, i)).Op("h\u0005");
        }

        more?.Invoke(p);
        p.Op("uu.");
    }, word) with
        { From = kind };
}
