using ManagedTransformer.Tensors;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ManagedTransformer.Extensions.AI;

/// <summary>Language models for dependency injection.</summary>
public static class ManagedTransformerServices
{
    /// <summary>
    /// Adds a model folder as singletons: its <see cref="LanguageModel"/>, loaded when it is first asked for, an <see cref="IChatClient"/>
    /// and an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="folder">As for <see cref="LanguageModel.Load"/>.</param>
    /// <param name="options">What the clients do where a request does not say.</param>
    /// <param name="weights">How matrices are stored; null for as the folder has them.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="InputException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">No services or folder, or an option is null or does not exist.</exception>
    public static IServiceCollection AddManagedTransformer(
        this IServiceCollection services, string folder, LanguageModelClientOptions? options = null, DType? weights = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options?.Validate();
        if (weights is { } type && !Enum.IsDefined(type))
        {
            throw new ArgumentOutOfRangeException(nameof(weights), weights, "Weights are stored as Float32, BFloat16, Int8 or Int4.");
        }

        return services
            .AddSingleton(_ => LanguageModel.Load(folder, weights))
            .AddSingleton(provider => provider.GetRequiredService<LanguageModel>().AsIChatClient(options))
            .AddSingleton(provider => provider.GetRequiredService<LanguageModel>().AsIEmbeddingGenerator(options));
    }
}
