using System.Text;
using System.Text.Json.Nodes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Serialization;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Tests.Checkpoints.HuggingFace;

/// <summary>
/// A small GPT-2 with random weights, written as Hugging Face's library writes one: raw tensors under its names,
/// Conv1D weights as [in, out].
/// </summary>
internal sealed class Gpt2Sample
{
    public const int Dim = 12, Heads = 3, Layers = 2, Inner = 20, Positions = 16;

    public const string Text = "the cat sat on the mat and the dog sat on the log. the cat and the dog ran.";

    public Gpt2Sample(bool tie = true)
    {
        Tokenizer = BytePairTokenizer.Train(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Text, 5))), 280, ["<|endoftext|>"]);
        // One id more than the tokenizer has, as tables that are padded for speed.
        Vocabulary = Tokenizer.VocabularySize + 1;
        Config = new JsonObject
        {
            ["model_type"] = "gpt2",
            ["vocab_size"] = Vocabulary,
            ["n_embd"] = Dim,
            ["n_layer"] = Layers,
            ["n_head"] = Heads,
            ["n_positions"] = Positions,
            ["n_ctx"] = Positions,
            ["n_inner"] = Inner,
            ["activation_function"] = "gelu_new",
            ["layer_norm_epsilon"] = 1e-4,
            ["resid_pdrop"] = 0.2,
            ["embd_pdrop"] = 0.3,
            ["attn_pdrop"] = 0.4,
            ["tie_word_embeddings"] = tie,
            ["summary_type"] = "cls_index",
            ["task_specific_params"] = new JsonObject { ["text-generation"] = new JsonObject { ["max_length"] = 50 } },
        };
        Add("wte.weight", Vocabulary, Dim);
        Add("wpe.weight", Positions, Dim);
        for (int i = 0; i < Layers; i++)
        {
            AddNorm($"h.{i}.ln_1");
            AddMap($"h.{i}.attn.c_attn", Dim, 3 * Dim);
            AddMap($"h.{i}.attn.c_proj", Dim, Dim);
            AddNorm($"h.{i}.ln_2");
            AddMap($"h.{i}.mlp.c_fc", Dim, Inner);
            AddMap($"h.{i}.mlp.c_proj", Inner, Dim);
        }

        AddNorm("ln_f");
        if (!tie)
        {
            Add("lm_head.weight", Vocabulary, Dim);
        }
    }

    public BytePairTokenizer Tokenizer { get; }

    public int Vocabulary { get; }

    public JsonObject Config { get; }

    /// <summary>The tensors under their plain names, in the order of the file.</summary>
    public Dictionary<string, (float[] Values, int[] Shape)> Tensors { get; } = [];

    public void Add(string name, params int[] shape)
    {
        Shape sizes = new(shape);
        Tensors[name] = (Tensor.Normal(sizes, 0, 0.4f, new RandomKey(7, (ulong)Tensors.Count)).ToArray(), shape);
    }

    /// <summary>Writes config, tokenizer and weights; the weights in one file.</summary>
    public string Write(string folder, string prefix = "transformer.", bool tokenizerJson = true)
    {
        WriteRest(folder, tokenizerJson);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), Named(prefix),
            new Dictionary<string, string> { ["format"] = "pt" });
        return folder;
    }

    /// <summary>Writes the weights in two files and an index.</summary>
    public string WriteSharded(string folder)
    {
        WriteRest(folder, tokenizerJson: true);
        (string Name, Tensor Tensor)[] all = [.. Named("transformer.")];
        JsonObject map = [];
        for (int shard = 0; shard < 2; shard++)
        {
            string file = $"model-0000{shard + 1}-of-00002.safetensors";
            // Every other tensor, so that a layer's weights lie in both.
            (string Name, Tensor Tensor)[] part = [.. all.Where((_, i) => i % 2 == shard)];
            SafetensorsWriter.Write(Path.Combine(folder, file), part);
            foreach ((string name, Tensor _) in part)
            {
                map[name] = file;
            }
        }

        WriteIndex(folder, map);
        return folder;
    }

    public static void WriteIndex(string folder, JsonObject map) => File.WriteAllText(
        Path.Combine(folder, "model.safetensors.index.json"),
        new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = 1 }, ["weight_map"] = map }.ToJsonString());

    /// <summary>Writes the weights in binary16, which the library's writer does not do.</summary>
    public string WriteHalf(string folder)
    {
        WriteRest(folder, tokenizerJson: true);
        JsonObject header = [];
        using MemoryStream data = new();
        foreach ((string name, (float[] values, int[] shape)) in Tensors)
        {
            long start = data.Length;
            foreach (float value in values)
            {
                data.Write(BitConverter.GetBytes((Half)value));
            }

            header[name] = new JsonObject
            {
                ["dtype"] = "F16",
                ["shape"] = new JsonArray([.. shape.Select(size => (JsonNode)size)]),
                ["data_offsets"] = new JsonArray(start, data.Length),
            };
        }

        byte[] json = Encoding.UTF8.GetBytes(header.ToJsonString());
        File.WriteAllBytes(Path.Combine(folder, "model.safetensors"),
            [.. BitConverter.GetBytes((long)json.Length), .. json, .. data.ToArray()]);
        return folder;
    }

    /// <summary>Rounds every weight, so that a file in a narrower type holds it exactly.</summary>
    public void Round(Func<float, float> round)
    {
        foreach ((string _, (float[] values, int[] _)) in Tensors)
        {
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = round(values[i]);
            }
        }
    }

    public IEnumerable<(string Name, Tensor Tensor)> Named(string prefix) => Tensors.Select(tensor =>
        (tensor.Key == "lm_head.weight" ? tensor.Key : prefix + tensor.Key,
            Tensor.From(tensor.Value.Values, new Shape(tensor.Value.Shape))));

    private void WriteRest(string folder, bool tokenizerJson)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), Config.ToJsonString());
        if (tokenizerJson)
        {
            Tokenizer.Save(Path.Combine(folder, "tokenizer.json"));
        }
        else
        {
            Tokenizer.Save(Path.Combine(folder, "vocab.json"), Path.Combine(folder, "merges.txt"));
        }
    }

    private void AddNorm(string name)
    {
        Add($"{name}.weight", Dim);
        Add($"{name}.bias", Dim);
    }

    private void AddMap(string name, int inputs, int outputs)
    {
        Add($"{name}.weight", inputs, outputs);
        Add($"{name}.bias", outputs);
    }
}
