using System.Reflection;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Configuration;
using Grpc.AspNetCore.Server;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FlashDiffusion.Server.Telemetry;

/// <summary>
/// Metrics for Prometheus always; traces, metrics and logs to a collector if the standard environment variables name one. The
/// client's <c>traceparent</c> is the parent of a call's span.
/// </summary>
internal static class TelemetrySetup
{
    public static void AddFlashDiffusionTelemetry(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(TelemetryOptions.Section).Get<TelemetryOptions>() ?? new TelemetryOptions();
        var (traces, metrics, logs) = (
            new OtlpSignal(builder.Configuration, "TRACES"), new OtlpSignal(builder.Configuration, "METRICS"), new OtlpSignal(builder.Configuration, "LOGS"));
        builder.Services.AddSingleton<FlashDiffusionTelemetry>();
        // Console lines name the trace too, as a scope.
        builder.Logging.Configure(logging => logging.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        builder.Services.AddSingleton<RpcMetrics>();
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(options.ServiceName, serviceVersion: Version()).AddEnvironmentVariableDetector())
            .WithMetrics(meters =>
            {
                meters.AddMeter(FlashDiffusionTelemetry.Name).AddRuntimeInstrumentation().AddPrometheusExporter();
                if (metrics.IsSet)
                {
                    meters.AddOtlpExporter(metrics.Configure);
                }
            });
        if (traces.IsSet)
        {
            telemetry.WithTracing(spans => SampledAtRuntime(spans, builder.Configuration)
                .AddSource(FlashDiffusionTelemetry.Name)
                .AddAspNetCoreInstrumentation(instrumentation =>
                {
                    instrumentation.Filter = context => TracedCalls.Has(context.Request);
                    // At the end, since the instrumentation names the span after its route by then.
                    instrumentation.EnrichWithHttpResponse = (activity, response) =>
                    {
                        activity.DisplayName = MethodOf(response.HttpContext) ?? activity.DisplayName;
                        activity.SetTag("url.path", TracedCalls.PathOf(response.HttpContext.Request));
                    };
                })
                .AddOtlpExporter(traces.Configure));
        }

        if (logs.IsSet)
        {
            telemetry.WithLogging(provider => provider.AddOtlpExporter(logs.Configure), logging => logging.IncludeScopes = true);
        }
    }

    // The standard variable wins; without it the share of the requests without a traced caller can be changed at run time.
    private static TracerProviderBuilder SampledAtRuntime(TracerProviderBuilder spans, ConfigurationManager configuration) =>
        !string.IsNullOrWhiteSpace(configuration["OTEL_TRACES_SAMPLER"]) ? spans : spans.SetSampler(services =>
        {
            var sampler = services.GetRequiredService<RuntimeSampler>();
            sampler.IsInUse = true;
            return new ParentBasedSampler(sampler);
        });

    private static string? MethodOf(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName.TrimStart('/');

    private static string Version() => typeof(TelemetrySetup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
}
