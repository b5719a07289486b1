using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Generation;
using ManagedTransformer.Modules.Reports;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Runs;

/// <summary>A text that the best model of a run writes, for a person to read.</summary>
/// <param name="Lines">Pieces of text with what they are: prompt and text, or source, translation and reference.</param>
/// <param name="Reason">Why there is no sample; null where there is one.</param>
/// <param name="Exits">At which layers the tokens of the sample left, for models with exits; null for others.</param>
public sealed record RunSample(IReadOnlyList<RunSampleLine> Lines, string? Reason, ReportChart? Exits)
{
    private const float Temperature = 0.8f;
    private const int Sentences = 3, SentencesForExits = 50;

    /// <summary>Lets a run's best model write, the same every time.</summary>
    /// <param name="run">The run.</param>
    /// <param name="tokens">Most tokens of a language model's text.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The sample, or why there is none: that does not throw.</returns>
    public static RunSample Of(RunRecord run, int tokens, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tokens);
        if (run.ModelFolder is null)
        {
            return None("The run has no model yet.");
        }

        try
        {
            return TrainedModel.Open(run.Folder) switch
            {
                LanguageModel model => Write(model, run["training.sample_prompt"], tokens, cancellation),
                TranslationModel model => Translate(model, cancellation),
                _ => None("Models of this kind write no text."),
            };
        }
        catch (InputException e)
        {
            return None(e.Message);
        }
    }

    private static RunSample None(string reason) => new([], reason, null);

    // The prompt of the recipe, where the vocabulary has its characters; else whatever begins a text.
    private static RunSample Write(LanguageModel model, string? prompt, int tokens, CancellationToken cancellation)
    {
        InputException? failure = null;
        foreach (string candidate in new[] { prompt, "", "\n", "The" }.OfType<string>())
        {
            try
            {
                GenerationOptions options = new() { MaxTokens = tokens, Temperature = Temperature, Seed = 1 };
                string text = string.Concat(model.Generate(candidate, options).Steps(cancellation).Select(step => step.Text));
                ReportChart? exits = model.Network.Config.Exits is null ? null
                    : Draw(Count(model.Network, model.Tokenizer.Encode(candidate + text)), model.Network.Config.Layers);
                return new RunSample([new("prompt", candidate), new("text", text)], null, exits);
            }
            catch (InputException e)
            {
                failure ??= e;
            }
        }

        return None(failure!.Message);
    }

    private static RunSample Translate(TranslationModel model, CancellationToken cancellation)
    {
        bool hasExits = model.Network.Config.Exits is not null;
        SentencePair[] pairs =
        [
            .. TranslationEvaluation.Pairs(model, null, EvaluationSplit.Validation).Pairs.Take(hasExits ? SentencesForExits : Sentences),
        ];
        TranslationOptions greedy = new() { Search = new BeamSearchOptions { Beam = 1 }, TooLong = TooLongSentences.Empty };
        Translation[] translations = [.. model.Translate(pairs.Select(pair => pair.Source), greedy, cancellation)];
        RunSampleLine[] lines =
        [
            .. pairs.Zip(translations).Take(Sentences).SelectMany(found => new RunSampleLine[]
            {
                new("source", found.First.Source), new("translation", found.Second.Text), new("reference", found.First.Target),
            }),
        ];
        return new RunSample(lines, null, hasExits
            ? Draw([.. translations.SelectMany(translation => translation.Hypothesis?.Exits ?? [])], model.Network.Config.DecoderLayers)
            : null);
    }

    // Steps give what the generation gave, so the tokens leave where they left then.
    private static List<int> Count(CausalLanguageModel network, IReadOnlyList<int> ids)
    {
        List<int> exits = [];
        using DeviceScope? device = DeviceScope.Enter(network.Device);
        LanguageModelState state = network.CreateState();
        using StepScope step = StepScope.Repeated();
        foreach (int id in ids.Take(state.Room))
        {
            using (step.Open())
            {
                network.Step(Tensor.From([id], new Shape(1, 1)), state);
                exits.Add(state.Exits[0]);
            }
        }

        return exits;
    }

    private static ReportChart? Draw(List<int> exits, int layers) => exits.Count == 0 ? null : new ReportChart(
        $"Layers that {exits.Count:N0} tokens of samples left at, {exits.Average():F2} on average", "% of the tokens", "Layer", "", 100,
        [
            .. Enumerable.Range(1, layers)
                .Select(layer => new ReportBars($"{layer}", [100.0 * exits.Count(exit => exit == layer) / exits.Count])),
        ]);
}
