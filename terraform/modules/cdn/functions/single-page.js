// One page that finds its own way: whatever is not a file is /index.html.
function handler(event) {
    var request = event.request;
    if (request.uri.split('/').pop().indexOf('.') === -1) {
        request.uri = '/index.html';
    }
    return request;
}
