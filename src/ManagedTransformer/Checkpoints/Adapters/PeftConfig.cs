using System.Text.Json;
using ManagedTransformer.Checkpoints.HuggingFace;
using ManagedTransformer.Json;

namespace ManagedTransformer.Checkpoints.Adapters;

/// <summary>The <c>adapter_config.json</c> of an adapter as Hugging Face's PEFT writes and reads it.</summary>
/// <param name="Rank">r.</param>
/// <param name="Alpha">The update is multiplied by alpha / r, also where the file says alpha / sqrt(r).</param>
/// <param name="Dropout">Dropout in front of A.</param>
/// <param name="Targets">Ends of the names of maps; null: every linear map but the output projection.</param>
/// <param name="Base">Where the base model is; null where that is not known.</param>
/// <param name="Task">What kind of model the base is; null where that is not known.</param>
internal sealed record PeftConfig(
    int Rank, float Alpha, float Dropout, IReadOnlyList<string>? Targets, string? Base, string? Task)
{
    private const string AllLinear = "all-linear";

    // What these say is read, or has no part in what an adapter computes.
    private static readonly HashSet<string> _harmless =
    [
        "peft_type", "r", "lora_alpha", "lora_dropout", "target_modules", "use_rslora", "base_model_name_or_path", "task_type", "bias",
        "init_lora_weights", "inference_mode", "auto_mapping", "eva_config", "layers_pattern", "runtime_config",
    ];

    // A number or a text here chooses some of the maps, or further ones.
    private static readonly string[] _choices = ["layers_to_transform", "exclude_modules", "modules_to_save", "target_parameters"];

    private static readonly string[] _tasks = ["CAUSAL_LM", "SEQ_2_SEQ_LM", "FEATURE_EXTRACTION"];

    // Initial values by which PEFT changes the weights of the base as well.
    private static readonly string[] _changesOfBase = ["pissa", "olora", "corda", "loftq", "lora_ga"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">A key is missing, or asks for what is not supported.</exception>
    public static PeftConfig Read(string path) => JsonFile.Read(path, root =>
    {
        ConfigReader json = new(root, path);
        string? type = json.Text("peft_type");
        json.Refuse(type is null, "peft_type", "is missing; it must be LORA");
        json.Refuse(type != "LORA", "peft_type", $"is '{type}'; only LORA can be read");
        string? bias = json.Text("bias");
        json.Refuse(bias is not (null or "none"), "bias", $"is '{bias}'; only adapters without biases of their own can be read");
        string? task = json.Text("task_type");
        json.Refuse(task is not null && !_tasks.Contains(task), "task_type", $"is '{task}', which no model here is for");
        RequireInitialValues(root, json);
        foreach (JsonProperty member in root.EnumerateObject().Where(member => !_harmless.Contains(member.Name)))
        {
            json.Refuse(
                IsSet(member), member.Name, $"is {member.Value.GetRawText().ReplaceLineEndings(" ")}, which is not supported");
        }

        int rank = json.Size("r");
        double alpha = json.Number("lora_alpha") * (json.Flag("use_rslora", false) ? Math.Sqrt(rank) : 1);
        double dropout = json.Number("lora_dropout", 0);
        json.Refuse(!(alpha > 0 && alpha <= float.MaxValue), "lora_alpha", $"is {json.Number("lora_alpha")}, it must be positive");
        json.Refuse(dropout is not (>= 0 and < 1), "lora_dropout", $"is {dropout}, it must be at least 0 and below 1");
        return new PeftConfig(
            rank, (float)alpha, (float)dropout, ReadTargets(root, json), json.Text("base_model_name_or_path"), task);
    });

    /// <summary>Writes the file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It cannot be written.</exception>
    public void Write(string path) => JsonFile.Write(path, json =>
    {
        json.WriteString("peft_type", "LORA");
        json.WriteString("task_type", Task);
        json.WriteString("base_model_name_or_path", Base);
        json.WriteNumber("r", Rank);
        json.WriteNumber("lora_alpha", Alpha);
        json.WriteNumber("lora_dropout", Dropout);
        json.WriteStartArray("target_modules");
        foreach (string target in Targets ?? [])
        {
            json.WriteStringValue(target);
        }

        json.WriteEndArray();
        json.WriteString("bias", "none");
        json.WriteBoolean("use_rslora", false);
        json.WriteBoolean("use_dora", false);
        json.WriteBoolean("fan_in_fan_out", false);
        json.WriteBoolean("inference_mode", true);
    });

    private static void RequireInitialValues(JsonElement root, ConfigReader json)
    {
        const string key = "init_lora_weights";
        if (root.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String)
        {
            string name = value.GetString()!;
            json.Refuse(
                _changesOfBase.Any(change => name.StartsWith(change, StringComparison.OrdinalIgnoreCase)), key,
                $"is '{name}', which changes the weights of the base as well");
        }
    }

    private static IReadOnlyList<string>? ReadTargets(JsonElement root, ConfigReader json)
    {
        const string key = "target_modules";
        if (root.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String)
        {
            string name = value.GetString()!;
            json.Refuse(
                name != AllLinear, key, $"is the regular expression '{name}'; a list of names, or {AllLinear}, is needed");
            return null;
        }

        IReadOnlyList<string>? targets = json.Texts(key);
        json.Refuse(targets is null or [], key, "is missing or empty; it must name maps");
        return targets;
    }

    // Numbers and texts of keys that are not known configure what is off.
    private static bool IsSet(JsonProperty member) => member.Value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.Object => member.Value.EnumerateObject().Any(),
        JsonValueKind.Array => member.Value.GetArrayLength() > 0,
        JsonValueKind.Number or JsonValueKind.String => _choices.Contains(member.Name),
        _ => false,
    };
}
