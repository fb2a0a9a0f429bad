/** The pages and their addresses, for somebody who is signed in. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createBrowserRouter, Navigate, Outlet, RouterProvider, ScrollRestoration } from 'react-router';
import { ApiProblem } from './api/problem';
import { Layout } from './layout/layout';
import { NotFound, PageFailure } from './layout/not-found';
import { Waiting } from './layout/states';
import { Live } from './live/live';
import { SessionGate, SignedIn, signedInPath, useMe } from './session/session';
import { SignIn } from './session/sign-in';

const cache = new QueryClient({
  defaultOptions: {
    queries: {
      // What changes is told (live/live.tsx); what was read a moment ago is not asked again on each click.
      staleTime: 10_000,
      // A problem that says what is wrong is the same the next time.
      retry: (count, error) =>
        count < 3 && !(error instanceof ApiProblem && error.status > 0 && error.status < 500),
    },
  },
});

function Signed() {
  const me = useMe();
  return (
    <Live>
      <Layout me={me}>
        <Outlet />
      </Layout>
    </Live>
  );
}

/** The first page of a role. */
function Home() {
  const { actions } = useMe();
  if ('task.list' in actions) return <Navigate to="/tasks" replace />;
  if ('steering.overview' in actions) return <Navigate to="/steering" replace />;
  return <Navigate to="/welcome" replace />;
}

const router = createBrowserRouter([
  {
    element: (
      <SessionGate
        signedOut={
          <Layout me={null}>
            <SignIn />
          </Layout>
        }
      >
        <Signed />
        <ScrollRestoration />
      </SessionGate>
    ),
    errorElement: <PageFailure />,
    // While the code of the first page comes.
    hydrateFallbackElement: <Waiting />,
    children: [
      { path: '/', element: <Home /> },
      { path: signedInPath, element: <SignedIn /> },
      { path: '/tasks', lazy: () => import('./inbox/inbox') },
      { path: '/tasks/:id', lazy: () => import('./tasks/task') },
      { path: '/pathways', lazy: () => import('./pathway/pathways') },
      { path: '/pathways/:id', lazy: () => import('./pathway/pathway') },
      { path: '/pathways/:id/print', lazy: () => import('./pathway/print') },
      { path: '/me/notifications', lazy: () => import('./people/notifications') },
      { path: '/readings', lazy: () => import('./people/readings') },
      { path: '/steering', lazy: () => import('./steering/steering') },
      { path: '/steering/list', lazy: () => import('./steering/list') },
      { path: '/evaluation', lazy: () => import('./evaluation/evaluation') },
      { path: '/draws', lazy: () => import('./draws/draws') },
      { path: '/draws/new', lazy: () => import('./draws/announce') },
      { path: '/draws/:id', lazy: () => import('./draws/draw') },
      { path: '/steering/report', lazy: () => import('./steering/report') },
      { path: '/steering/flow', lazy: () => import('./steering/flow') },
      { path: '/steering/stuck', lazy: () => import('./steering/stuck') },
      { path: '/steering/practices', lazy: () => import('./steering/practices') },
      { path: '/steering/cases', lazy: () => import('./steering/cases') },
      { path: '/other-site', lazy: () => import('./people/glass') },
      { path: '/welcome', lazy: () => import('./people/welcome') },
      { path: '*', element: <NotFound /> },
    ],
  },
]);

export function App() {
  return (
    <QueryClientProvider client={cache}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  );
}
