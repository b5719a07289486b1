using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Generation;
using ManagedTransformer.Inspection;

namespace ManagedTransformer.Fuzz.Targets;

/// <summary>Folders of models, of this library and of others.</summary>
internal static class ModelTargets
{
    private const string Config = "config.json", Weights = "model.safetensors", Shard = "model-00001-of-00001.safetensors",
        Index = "model.safetensors.index.json", Generation = "generation_config.json", Manifest = "manifest.json",
        AdapterConfig = "adapter/adapter_config.json", AdapterWeights = "adapter/adapter_model.safetensors";

    private static readonly string[] _code =
    [
        "\"auto_map\":{\"AutoModel\":\"modeling.Evil\"}", "\"trust_remote_code\":true", "\"_name_or_path\":\"../..\"",
        "\"model_type\":\"gpt2\"",
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        Own("model-config", "config.json of a language model's folder", Config, () => TinyModels.Folder(TinyModels.Language())),
        Own("model-weights", "model.safetensors of a language model's folder", Weights, () => TinyModels.Folder(TinyModels.Language())) with
        {
            Form = FuzzForm.Safetensors,
        },
        Own("translation-config", "config.json of a translation model's folder", Config, () => TinyModels.Folder(TinyModels.Translation())),
        new("manifest", "manifest.json of a model's folder", Manifest, Open)
        {
            Form = FuzzForm.Json,
            Written = () => TinyModels.Folder(TinyModels.Language()),
        },
        Foreign("gpt2-config", "config.json of GPT-2", Config, TinyModels.Gpt2),
        Foreign("gpt2-weights", "model.safetensors of GPT-2", Weights, TinyModels.Gpt2) with { Form = FuzzForm.Safetensors },
        Foreign("llama-config", "config.json of the Llama family", Config, TinyModels.Llama),
        Foreign("llama-weights", "model.safetensors of the Llama family", Weights, TinyModels.Llama) with { Form = FuzzForm.Safetensors },
        Foreign("shards", "the index of weights in several files", Index, Shards) with
        {
            Words = ["../", "/etc/passwd", "..\\", "\"weight_map\"", Shard],
        },
        Foreign("end-of-text", "generation_config.json of the Llama family", Generation, () =>
            new Dictionary<string, byte[]>(TinyModels.Llama())
            {
                [Generation] = "{\"eos_token_id\":[1,2],\"bos_token_id\":1,\"temperature\":0.5}"u8.ToArray(),
            }),
        new("generation-config", "generation_config.json", Generation, folder => RecommendedGeneration.Read(folder))
        {
            Form = FuzzForm.Json,
        },
        Adapter("adapter-config", "adapter_config.json of PEFT", AdapterConfig),
        Adapter("adapter-weights", "adapter_model.safetensors of PEFT", AdapterWeights) with { Form = FuzzForm.Safetensors },
    ];

    private static FuzzTarget Own(string name, string summary, string file, Func<IReadOnlyDictionary<string, byte[]>> written) =>
        new(name, summary, file, Open)
        {
            Form = FuzzForm.Json,
            Written = written,
            Words = _code,
            Refresh = folder =>
            {
                File.Delete(Path.Combine(folder, Manifest));
                CheckpointManifest.Write(folder);
            },
        };

    private static FuzzTarget Foreign(string name, string summary, string file, Func<IReadOnlyDictionary<string, byte[]>> written) =>
        new(name, summary, file, Open)
        {
            Form = FuzzForm.Json,
            Written = written,
            Words = _code,
        };

    private static FuzzTarget Adapter(string name, string summary, string file) => new(name, summary, file, folder =>
    {
        string home = Path.Combine(folder, "base"), adapter = Path.Combine(folder, "adapter");
        ModelSummary.Of(home, adapter: new AdapterOptions { Adapter = adapter });
        LanguageModel.Load(home, adapter: new AdapterOptions { Adapter = adapter });
    })
    {
        Form = FuzzForm.Json,
        Written = TinyModels.Adapter,
        Words = _code,
    };

    private static void Open(string folder)
    {
        ModelSummary.Of(folder);
        TrainedModel.Open(folder);
    }

    private static Dictionary<string, byte[]> Shards()
    {
        Dictionary<string, byte[]> files = TinyModels.Llama().ToDictionary();
        byte[] weights = files[Weights];
        int length = (int)BitConverter.ToInt64(weights);
        JsonObject map = [];
        using JsonDocument header = JsonDocument.Parse(weights.AsMemory(sizeof(long), length));
        foreach (JsonProperty tensor in header.RootElement.EnumerateObject().Where(tensor => tensor.Name != "__metadata__"))
        {
            map[tensor.Name] = Shard;
        }

        files.Remove(Weights);
        files[Shard] = weights;
        JsonObject index = new() { ["metadata"] = new JsonObject { ["total_size"] = 1 }, ["weight_map"] = map };
        files[Index] = Encoding.UTF8.GetBytes(index.ToJsonString());
        return files;
    }
}
