using System.Reflection;
using k8s;

namespace FlashDiffusion.Deploy.Tests.Manifests;

/// <summary>Strict parsing by KubernetesClient of a type that is known only at run time.</summary>
internal static class CoreParser
{
    private static readonly MethodInfo Deserialize = typeof(KubernetesYaml).GetMethods()
        .Single(method => method.Name == nameof(KubernetesYaml.Deserialize) && method.IsGenericMethod && method.GetParameters() is [{ ParameterType: var first }, ..] && first == typeof(string));

    /// <summary>Parses YAML; a field that the type doesn't have is an exception.</summary>
    public static object? Parse(string yaml, Type type)
    {
        try
        {
            return Deserialize.MakeGenericMethod(type).Invoke(null, [yaml, true]);
        }
        catch (TargetInvocationException exception)
        {
            throw exception.InnerException!;
        }
    }
}
