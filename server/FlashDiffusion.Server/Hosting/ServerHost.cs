using System.Globalization;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Curves;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Http;
using FlashDiffusion.Server.Http.Faults;
using FlashDiffusion.Server.Lifecycle;
using FlashDiffusion.Server.OpenInference;
using FlashDiffusion.Server.Plugins;
using FlashDiffusion.Server.Requests;
using FlashDiffusion.Server.Resume;
using FlashDiffusion.Server.Retention;
using FlashDiffusion.Server.Security;
using FlashDiffusion.Server.Security.Callers;
using FlashDiffusion.Server.Services;
using FlashDiffusion.Server.Telemetry;
using Grpc.HealthCheck;
using Grpc.Reflection;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Hosting;

/// <summary>The composition root: options, services, ports, and the two ways in which a start may fail.</summary>
internal static class ServerHost
{
    /// <summary>Time beyond the grace for answers to travel.</summary>
    private static readonly TimeSpan ShutdownMargin = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Time beyond the patience with one who does not read: who is there and only pauses is let go with a word, not cut off by the system, which counts from when there is
    /// no room; until then what it keeps itself is filled, event by event.
    /// </summary>
    private static readonly TimeSpan VanishedMargin = TimeSpan.FromMinutes(5);

    /// <summary>Runs until the process is told to end.</summary>
    /// <returns>0, or 1 if the server could not start.</returns>
    public static async Task<int> RunAsync(CommandLine commandLine)
    {
        // Settings lie beside the binaries, wherever the server was started.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(commandLine.Settings);
        string[] errors = [.. commandLine.Errors, .. OptionSections.Errors(builder.Configuration)];
        if (errors.Length > 0)
        {
            return await FailAsync(errors);
        }

        await using var app = Build(builder);

        var options = app.Services.GetRequiredService<IOptions<ServerOptions>>().Value;
        try
        {
            await app.StartAsync();
        }
        catch (Exception exception) when (PortConflict.Explain(exception, options, app.Services.GetRequiredService<IOptions<AdminOptions>>().Value) is { } line)
        {
            return await FailAsync([line]);
        }

        await app.WaitForShutdownAsync();
        return app.Services.GetRequiredService<StartupService>().Failed ? 1 : 0;
    }

    /// <summary>The server of a configuration, not started yet.</summary>
    /// <param name="builder">Carries the configuration.</param>
    /// <param name="replace">Exchanges services, for tests.</param>
    public static WebApplication Build(WebApplicationBuilder builder, Action<IServiceCollection>? replace = null)
    {
        OptionSections.Add(builder.Services);
        ConsoleFormat.Add(builder);
        // What it has to say about a failed start is said in one line by PortConflict, without a stack trace.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        // They call what is no message a fault, with a stack trace that repeats values of the request, so that any stranger could fill the log; faults of
        // handlers say so themselves.
        builder.Logging.AddFilter("Grpc.AspNetCore.Server.ServerCallHandler", LogLevel.None);
        builder.Logging.AddFilter("Grpc.AspNetCore.Grpc.JsonTranscoding.ServerCallHandler", LogLevel.None);
        // Read by the host before options can be validated.
        var section = builder.Configuration.GetSection(ServerOptions.Section);
        var ending = Seconds(section[nameof(ServerOptions.ShutdownGraceSeconds)], new ServerOptions().ShutdownGraceSeconds) + Seconds(section[nameof(ServerOptions.DrainDelaySeconds)], 0);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownMargin + ending);
        builder.AddFlashDiffusionTelemetry();
        AddServices(builder.Services);
        SecuritySetup.Add(builder.Services, builder.Configuration);
        ResumeSetup.Add(builder.Services, builder.Configuration);
        var levels = new RuntimeLogLevels();
        ((IConfigurationBuilder)builder.Configuration).Add(levels);
        builder.Services.AddSingleton(levels);
        replace?.Invoke(builder.Services);
        var app = builder.Build();
        // Says at once if tokens of this server will mean nothing to others.
        _ = app.Services.GetRequiredService<ResumeKeyring>();
        WarnOfExposure(app);
        ServerRoutes.Map(app);
        return app;
    }

    private static void WarnOfExposure(WebApplication app)
    {
        var warnings = ExposureWarnings.Of(
            app.Services.GetRequiredService<IOptions<ServerOptions>>().Value,
            app.Services.GetRequiredService<IOptions<AdminOptions>>().Value,
            app.Services.GetRequiredService<IOptions<AccessOptions>>().Value,
            app.Services.GetRequiredService<IOptions<TlsOptions>>().Value);
        foreach (var warning in warnings)
        {
            Log.Exposed(app.Logger, warning);
        }
    }

    private static TimeSpan Seconds(string? setting, double otherwise) =>
        TimeSpan.FromSeconds(double.TryParse(setting, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= 86400 ? seconds : otherwise);

    private static void AddServices(IServiceCollection services)
    {
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, ListenConfiguration>();
        services.AddOptions<SocketTransportOptions>().Configure<IOptions<ServerOptions>>((sockets, server) =>
            sockets.CreateBoundListenSocket = endpoint => WatchedSockets.Listen(endpoint, TimeSpan.FromSeconds(server.Value.StallSeconds) + VanishedMargin));
        services.AddSingleton<VanishedClients>();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ServingState>();
        services.AddSingleton<HealthService>();
        services.AddSingleton<HealthServiceImpl>(provider => provider.GetRequiredService<HealthService>());
        services.AddSingleton<HealthBoard>();
        services.AddSingleton<Shutdown>();
        services.AddSingleton<PluginThreads>();
        services.AddSingleton<PluginShelf>();
        services.AddSingleton<WeightMemory>();
        services.AddSingleton<ServingChanges>();
        services.AddSingleton<ModelWarmUp>();
        services.AddSingleton<ExactShape>();
        services.AddSingleton<PrecisionCheck>();
        services.AddSingleton<ModelLifecycle>();
        services.AddSingleton<PluginLifecycle>();
        services.AddSingleton<OperatorLoading>();
        services.AddSingleton<ModelLoading>();
        services.AddSingleton<RetainedRegister>();
        services.AddSingleton<RetainedAnswers>();
        services.AddSingleton<ReconstructionBeginning>();
        services.AddSingleton<ICallerIdentity, PrincipalIdentity>();
        services.AddSingleton<RequestMapper>();
        services.AddSingleton<ReadingPlaces>();
        services.AddSingleton<EventWriterFactory>();
        services.AddSingleton<UnreadAnswers>();
        services.AddSingleton<SlowMessages>();
        services.AddSingleton<InferenceRunner>();
        services.AddSingleton<InferenceStreamFactory>();
        services.AddSingleton<RuntimeSampler>();
        services.AddGrpcReflection();
        services.AddSingleton<DrainDelay>();
        services.AddHostedService(provider => provider.GetRequiredService<DrainDelay>());
        services.AddSingleton<CurveKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<CurveKeeper>());
        services.AddSingleton<EngineStart>();
        services.AddSingleton<StartSummary>();
        services.AddSingleton<StartupService>();
        services.AddHostedService(provider => provider.GetRequiredService<StartupService>());
        services.AddSingleton<MatcherPolicy, EndpointRolePolicy>();
        services.AddCors();
        services.AddSingleton<IConfigureOptions<CorsOptions>, BrowserAccess>();
        var rpc = services.AddGrpc();
        JsonTwin.Add(rpc);
        rpc.AddServiceOptions<ReflectionServiceImpl>(reflection => reflection.Interceptors.Add<EndingStreams>());
        rpc.AddServiceOptions<ReflectionV1ServiceImpl>(reflection => reflection.Interceptors.Add<EndingStreams>());
        rpc.AddServiceOptions<HealthService>(health => health.MaxReceiveMessageSize = HealthService.MostBytes);
        rpc.Services.AddOptions<Grpc.AspNetCore.Server.GrpcServiceOptions>().Configure<IOptions<ServerOptions>>((grpc, server) =>
        {
            grpc.MaxReceiveMessageSize = server.Value.MaximumMessageBytes;
            // An answer is as large as the pictures that were taken allow. A limit here would refuse it after the work, and call it the client's fault.
            grpc.MaxSendMessageSize = null;
            grpc.Interceptors.Add<FaultInterceptor>();
            grpc.Interceptors.Add<NameInterceptor>();
        });
    }

    private static async Task<int> FailAsync(IReadOnlyList<string> lines)
    {
        foreach (var line in lines)
        {
            await Console.Error.WriteLineAsync(line);
        }

        return 1;
    }
}
