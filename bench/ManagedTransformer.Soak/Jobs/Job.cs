namespace ManagedTransformer.Soak.Jobs;

/// <summary>A command that trains and can be taken up again.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Command">The command, without its output.</param>
internal sealed record Job(string Name, IReadOnlyList<string> Command)
{
    /// <summary>The model that is made recurrent, by its folder.</summary>
    public const string Original = "llama";

    private const string Data = "data/text.txt";

    /// <summary>The file that it trains on.</summary>
    public string DataFile { get; } = Command[Command.ToList().IndexOf("--data") + 1];

    /// <summary>Whether it is one run of <c>mt train</c>.</summary>
    public bool IsTraining => Command[0] == "train" && Workers == 1;

    /// <summary>Processes that share it.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>About how long it goes on when it is taken up.</summary>
    public TimeSpan Running { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Jobs of single runs, of sweeps, of <c>mt linearize</c>, and of workers.</summary>
    public static IReadOnlyList<Job> All { get; } =
    [
        new("plain", ["train", "plain.json", "--data", Data, "--quiet", "--resume"]),
        new("averaged", ["train", "averaged.json", "--data", Data, "--tensorboard", "--quiet", "--resume"]),
        new("sweep", ["sweep", "plain.json", "--data", Data, "--set", "training.schedule.lr=1e-3,4e-3", "--set", "training.steps=600"]),
        new("spans", ["train", "spans.json", "--data", Data, "--quiet", "--resume"]),
        new("translation", ["train", "translation.json", "--data", "data/pairs.tsv", "--quiet", "--resume"]),
        new("linearize",
        [
            "linearize", Original, "--data", Data, "--window", "standard", "--window-size", "4", "--transfer-steps", "100", "--lora-steps",
            "100", "--batch", "2", "--resume",
        ]) { Running = TimeSpan.FromSeconds(5) },
        new("workers", ["train", "shared.json", "--data", Data, "--quiet", "--resume"])
        {
            Workers = 2,
            Running = TimeSpan.FromSeconds(3),
        },
    ];

    /// <summary>Writes recipes and texts.</summary>
    /// <param name="folder">Where the tool is started.</param>
    public static void WriteInputs(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        foreach ((string name, string content) in ((string, string)[])
            [
                ("plain.json", Recipes.Plain), ("averaged.json", Recipes.Averaged), ("shared.json", Recipes.Shared),
                ("spans.json", Recipes.Spans), ("translation.json", Recipes.Translation), ($"{Original}.json", Recipes.Llama),
                (Data, Recipes.Text), ("data/pairs.tsv", Recipes.Pairs),
            ])
        {
            File.WriteAllText(Path.Combine(folder, name), content);
        }
    }
}
