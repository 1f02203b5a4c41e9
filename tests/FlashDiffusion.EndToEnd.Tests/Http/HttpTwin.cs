using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;

namespace FlashDiffusion.EndToEnd.Tests.Http;

/// <summary>Calls of the HTTP twin.</summary>
internal static class HttpTwin
{
    private static readonly TypeRegistry Details = TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor);
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithTypeRegistry(Details));

    public static HttpClient Client(Uri address) => new() { BaseAddress = address, Timeout = TimeSpan.FromMinutes(4) };

    /// <summary>A request with a message as its body; the answer is there with its headers.</summary>
    public static Task<HttpResponseMessage> PostAsync(HttpClient http, string path, IMessage message) => PostAsync(http, path, JsonFormatter.Default.Format(message));

    public static async Task<HttpResponseMessage> PostAsync(HttpClient http, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    public static T Parse<T>(string json)
        where T : IMessage, new() => Parser.Parse<T>(json);

    /// <summary>The refusal that an answer carries.</summary>
    public static async Task<Google.Rpc.Status> StatusAsync(HttpResponseMessage response) =>
        Parse<Google.Rpc.Status>(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

    public static T Detail<T>(this Google.Rpc.Status status)
        where T : class, IMessage<T>, new() => status.GetDetail<T>() ?? throw new InvalidOperationException($"No {typeof(T).Name} in {status}.");
}
