using System.Net;
using System.Net.Sockets;
using ManagedTransformer.Server.Endpoints;
using ManagedTransformer.Server.Metrics;
using ManagedTransformer.Server.Models;
using ManagedTransformer.Server.Pipeline;
using ManagedTransformer.Server.Responses;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ManagedTransformer.Server;

/// <summary>Models behind HTTP, on ASP.NET Core's Kestrel.</summary>
internal sealed class ModelServer : IAsyncDisposable
{
    // How many times as long as it may be a body is read only to be refused.
    private const long Patience = 16;

    private readonly WebApplication _application;
    private readonly ServedModels _models;
    private readonly ServerOptions _options;
    private readonly CancellationTokenSource _stopping, _stopped;

    private ModelServer(
        WebApplication application, ServedModels models, ServerOptions options, CancellationTokenSource stopping,
        CancellationTokenSource stopped)
    {
        (_application, _models, _options, _stopping, _stopped) = (application, models, options, stopping, stopped);
        Address = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Begins to serve.</summary>
    /// <param name="models">The models, which become the server's.</param>
    /// <param name="options">Where, whom and how much.</param>
    /// <param name="log">A line for every request.</param>
    /// <exception cref="InputException">The address cannot be listened at.</exception>
    public static async Task<ModelServer> StartAsync(ServedModels models, ServerOptions options, TextWriter log)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Limit(kestrel, options));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Drain + TimeSpan.FromSeconds(5));
        WebApplication application = builder.Build();
        CancellationTokenSource stopping = new(), stopped = new();
        ServerMetrics metrics = new(models, options.Slots);
        Router router = new(
        [
            new ModelsEndpoint(models),
            new NamedModelEndpoint("/v1/models/", models, ModelsEndpoint.Write),
            new CompletionsEndpoint(models, options),
            new ChatCompletionsEndpoint(models, options),
            new EmbeddingsEndpoint(models, options),
            new TranslateEndpoint(models, options),
            new HealthEndpoint(),
            new MetricsEndpoint(metrics),
            new NamedModelEndpoint("/reports/", models, MechanismReports.Write),
            .. PageEndpoint.All,
        ]);
        RequestPipeline pipeline = new(options, router, metrics, log, stopping.Token, stopped.Token);
        application.Run(pipeline.HandleAsync);
        try
        {
            await application.StartAsync();
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await application.DisposeAsync();
            throw new InputException($"The server cannot listen at {options.Host}, port {options.Port}: {e.Message}", e);
        }

        return new ModelServer(application, models, options, stopping, stopped);
    }

    /// <summary>
    /// Takes no further requests, waits for those that are being answered (<see cref="ServerOptions.Drain"/>), and ends the rest.
    /// </summary>
    /// <param name="atOnce">Ends the wait.</param>
    public async Task StopAsync(CancellationToken atOnce = default)
    {
        await _stopping.CancelAsync();
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(atOnce);
        patience.CancelAfter(_options.Drain);
        await using CancellationTokenRegistration end = patience.Token.Register(_stopped.Cancel);
        await _application.StopAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _stopped.CancelAsync();
        await _application.DisposeAsync();
        _models.Dispose();
        _stopping.Dispose();
        _stopped.Dispose();
    }

    private static void Limit(KestrelServerOptions kestrel, ServerOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes * Patience;
        kestrel.Limits.RequestHeadersTimeout = options.HeaderTime;
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(1);
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        kestrel.Listen(new IPEndPoint(options.Host, options.Port), listen => listen.Protocols = HttpProtocols.Http1);
    }
}
