using ManagedTransformer.Modules.Reports;
using ManagedTransformer.Server.Requests;

namespace ManagedTransformer.Server.Models;

/// <summary>The models that a server has. Requests name one of the list; no name ever becomes a path.</summary>
/// <param name="models">The models, no two of the same name.</param>
internal sealed class ServedModels(IReadOnlyList<ServedModel> models) : IDisposable
{
    private readonly Dictionary<string, ServedModel> _byName = models.ToDictionary(model => model.Name, StringComparer.Ordinal);

    /// <summary>All of them, in the order of the command line.</summary>
    public IReadOnlyList<ServedModel> All => models;

    /// <summary>Puts a loaded model under a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="model">A model of either kind.</param>
    /// <param name="options">How much work it takes.</param>
    /// <param name="reports">What its mechanisms know.</param>
    public static ServedModel Serve(
        string name, TrainedModel model, ServerOptions options, IReadOnlyList<MechanismReport> reports) => model switch
        {
            LanguageModel language => new ServedLanguageModel(name, language, options) { Reports = reports },
            TranslationModel translation => new ServedTranslationModel(name, translation, options) { Reports = reports },
            _ => throw new ArgumentException($"A {model.GetType().Name} cannot be served.", nameof(model)),
        };

    /// <summary>The model of a name.</summary>
    /// <exception cref="RequestException">There is none, status 404.</exception>
    public ServedModel Find(string name) => _byName.TryGetValue(name, out ServedModel? model)
        ? model
        : throw new RequestException(
            StatusCodes.Status404NotFound, "There is no model of that name; 'GET /v1/models' lists those that there are.", "model",
            "model_not_found");

    /// <summary>The model that a request names, of a kind.</summary>
    /// <param name="body">The request. Where only one model can answer it, it need not name one.</param>
    /// <param name="task">What is asked of it, for messages.</param>
    /// <typeparam name="T">The kind.</typeparam>
    /// <exception cref="RequestException">There is none, it is of another kind, or the request must name one.</exception>
    public T Require<T>(RequestBody body, string task)
        where T : ServedModel
    {
        if (body.Text("model") is { } name)
        {
            return Find(name) as T ?? throw new RequestException(
                StatusCodes.Status400BadRequest, $"The model is of another kind and cannot {task}.", "model", "model_not_suitable");
        }

        T[] able = [.. models.OfType<T>()];
        return able.Length switch
        {
            1 => able[0],
            0 => throw new RequestException(
                StatusCodes.Status400BadRequest, $"There is no model here that can {task}.", "model", "model_not_suitable"),
            _ => throw RequestException.Invalid("model", $"is missing, and {able.Length} models can {task}"),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ServedModel model in models)
        {
            model.Dispose();
        }
    }
}
