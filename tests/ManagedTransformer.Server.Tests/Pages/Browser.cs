using Microsoft.Playwright;
using Xunit;

namespace ManagedTransformer.Server.Tests.Pages;

/// <summary>A Chromium that tests share; without one on the machine they are skipped.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] _names = ["chromium", "chromium-browser", "google-chrome"];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Where screenshots are left.</summary>
    public static string Screenshots { get; } = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots")).FullName;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        string? program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => _names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        if (program is not null)
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = program,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            });
        }
    }

    /// <summary>Opens the page of a server.</summary>
    /// <param name="server">The server.</param>
    /// <param name="isDark">The viewer's scheme.</param>
    /// <param name="width">Width of the window.</param>
    /// <param name="faults">Told of everything that the page's script or policy complains of.</param>
    internal async Task<IPage> OpenAsync(TestServer server, bool isDark, int width, List<string> faults)
    {
        IPage page = await Require().NewPageAsync(new BrowserNewPageOptions
        {
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
        });
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                faults.Add(message.Text);
            }
        };
        page.PageError += (_, message) => faults.Add(message);
        await page.GotoAsync(server.Address.ToString());
        await Assertions.Expect(page.Locator("#summary")).ToContainTextAsync("parameters");
        return page;
    }

    /// <summary>Opens the page of a server that asks for a key.</summary>
    internal async Task<IPage> OpenWithoutKeyAsync(TestServer server)
    {
        IPage page = await Require().NewPageAsync();
        await page.GotoAsync(server.Address.ToString());
        return page;
    }

    private IBrowser Require()
    {
        Assert.SkipWhen(_browser is null, "There is no Chromium here (Debian: apt-get install chromium).");
        return _browser!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
