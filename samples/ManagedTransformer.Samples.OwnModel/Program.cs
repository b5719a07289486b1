using System.Diagnostics;
using System.Globalization;
using ManagedTransformer;
using ManagedTransformer.Generation;
using ManagedTransformer.Samples.OwnModel;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["write"]:
        Write();
        return 0;
    case ["classify", .. string[] texts]:
        Classify(texts);
        return 0;
    default:
        Console.Error.WriteLine("""
            write             trains a language model of gated recurrences on built-in stories, in seconds, and lets it write
            classify [TEXT]   trains a classifier of word orders, saves it in out/word-orders, and classifies texts
            """);
        return 2;
}

static void Write()
{
    LanguageModel model = RecurrentLanguageModel.Create(seed: 1);
    Console.WriteLine($"{model.Network.ParameterCount:N0} parameters");
    RecurrentLanguageModel.Train(model, steps: 400, (step, loss) =>
    {
        if (step % 50 == 0)
        {
            Console.WriteLine($"{step,4}: {loss:F3} nats per character");
        }
    });
    const string prompt = "Once upon a time ";
    Console.WriteLine(prompt + string.Concat(model.Generate(prompt, new GenerationOptions { MaxTokens = 300, Temperature = 0.7f })));
}

static void Classify(string[] texts)
{
    const int learnt = 2000;
    const string folder = "out/word-orders";
    IReadOnlyList<(string Text, int Language)> all = WordOrders.Draw(learnt + 600, seed: 1);
    (string, int)[] examples = [.. all.Take(learnt)], unseen = [.. all.Skip(learnt)];
    Stopwatch watch = Stopwatch.StartNew();
    TextClassifier classifier = TextClassifier.Train(examples, WordOrders.Languages, steps: 300, report: (step, loss) =>
    {
        if (step % 50 == 0)
        {
            Console.WriteLine($"{step,4}: {loss:F3}");
        }
    });
    Console.WriteLine($"{classifier.Accuracy(unseen):P1} of {unseen.Length} unseen texts right after {watch.Elapsed.TotalSeconds:F0} s, "
        + $"chance is {1.0 / WordOrders.Languages.Count:P1}");
    classifier.Save(folder);
    TextClassifier loaded = TextClassifier.Load(folder);
    foreach (string text in texts is [] ? [all[^1].Text] : texts)
    {
        Console.WriteLine($"{text}: {loaded.Labels[loaded.Classify(text)[0]]}");
    }
}
