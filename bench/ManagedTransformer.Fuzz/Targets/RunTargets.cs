using System.Text;
using System.Text.Json.Nodes;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Inspection;
using ManagedTransformer.Recipes;
using ManagedTransformer.Runs;
using ManagedTransformer.Sweeps;
using ManagedTransformer.Training;

namespace ManagedTransformer.Fuzz.Targets;

/// <summary>Recipes, and what runs leave behind.</summary>
internal static class RunTargets
{
    private const string RecipeName = "recipe.json", Log = "log.jsonl", Summary = "summary.json", State = "best/trainer.json",
        Metrics = "best/metrics.json";

    private const string LogLines =
        """
        {"step":1,"seconds":0.1,"loss":3.1,"bits_per_char":4.4,"learning_rate":0.001,"gradient_norm":1.5,"tokens_per_s":1000}
        {"step":2,"seconds":0.3,"validation_loss":3.0,"validation_bits_per_char":4.3,"best":true}

        """;

    private const string StateText =
        """
        {"step":2,"seed":1,"position":{"step":2,"column":1,"pass":0},"best_loss":3.0,"seconds":0.3,"steps":2,"set":["training.steps=2"],
        "fingerprint":"x"}
        """;

    private const string SummaryText =
        """
        {"recipe":"stories","seed":1,"best":"dim-8","runs":[{"name":"dim-8","set":["model.dim=8"],"status":"complete","step":2,"loss":3.1,
        "best_loss":3.0,"parameters":100,"seconds":0.3},{"name":"dim-16","set":["model.dim=16"],"status":"failed","error":"no"}]}
        """;

    // One with each mechanism.
    private static readonly string[] _mechanisms =
    [
        "adaptive-span-enwik8-large", "all-attention-wikitext103", "bench-lolcats-135m", "bench-lora-135m", "bench-t2r-512",
        "define-enro-384", "define-wikitext103-1024", "dynamic-span-text8", "enwiki-llama", "enwiki-pkm", "multi30k-depth-exits", "stories",
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("recipe", "recipes", RecipeName, folder =>
        {
            Recipe recipe = Recipe.Load(Path.Combine(folder, RecipeName));
            recipe.With("training.steps=3");
        })
        {
            Form = FuzzForm.Json,
        },
        new("recipe-info", "the model of a recipe and what its mechanisms tell", RecipeName, folder =>
            ModelSummary.Of(Path.Combine(folder, RecipeName)))
        {
            Form = FuzzForm.Json,
            Made = () => _mechanisms.Select(WithVocabulary),
        },
        Run("run-log", "the log of a run", Log),
        Run("run-recipe", "the recipe that a run wrote", RecipeName),
        Run("run-state", "where a checkpoint says that its run stands", State),
        Run("run-metrics", "the last evaluation in a model's folder", Metrics),
        new("sweep", "the summary of a sweep", Summary, folder =>
        {
            SweepFolder.Read(folder);
            Sweep.Prepare(Recipe.Builtin("stories"), new TrainingOptions { Output = folder }, ["model.dim=8,16"]);
        })
        {
            Form = FuzzForm.Json,
            Written = () => new Dictionary<string, byte[]> { [Summary] = Encoding.UTF8.GetBytes(SummaryText) },
        },
    ];

    // A vocabulary that no text has to be read for.
    private static byte[] WithVocabulary(string name)
    {
        const int vocabulary = 300_000;
        JsonObject recipe = JsonNode.Parse(Recipe.BuiltinText(name))!.AsObject(), model = recipe["model"]!.AsObject();
        JsonObject data = recipe["data"]?.AsObject() ?? [];
        model["vocab"] = vocabulary;
        if ((string?)recipe["architecture"] == Recipe.TransformerTranslation)
        {
            model["src_vocab"] = vocabulary;
        }

        data["source"] = "none";
        recipe["data"] ??= data;
        return Encoding.UTF8.GetBytes(recipe.ToJsonString());
    }

    private static FuzzTarget Run(string name, string summary, string file) => new(name, summary, file, folder => RunRecord.Read(folder))
    {
        Form = FuzzForm.Json,
        Written = () =>
        {
            Dictionary<string, byte[]> files =
                TinyModels.Folder(TinyModels.Language()).ToDictionary(entry => Path.Combine("best", entry.Key), entry => entry.Value);
            files[Log] = Encoding.UTF8.GetBytes(LogLines);
            files[State] = Encoding.UTF8.GetBytes(StateText);
            files[Metrics] = "{\"loss\":3.0,\"tokens\":10}"u8.ToArray();
            files[RecipeName] = Encoding.UTF8.GetBytes(Recipe.BuiltinText("stories"));
            return files;
        },
        Refresh = folder =>
        {
            string best = Path.Combine(folder, "best");
            File.Delete(Path.Combine(best, CheckpointManifest.FileName));
            CheckpointManifest.Write(best);
        },
    };
}
